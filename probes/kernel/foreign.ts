import { createRequire } from 'node:module';
import type * as Koffi from 'koffi';
import { ProbeUnavailable } from '../probe.js';

/** What calls foreign functions. */
export type Foreign = typeof Koffi;

/** Processors whose Linux has the numbers and layouts of `abi.ts`. */
const processors: readonly string[] = ['x64', 'arm64'];

export interface Machine {
  readonly platform: string;
  readonly arch: string;
}

/**
 * Loads what calls foreign functions. Throws `ProbeUnavailable` where nothing is known of the system's calls, which
 * would be made with wrong numbers, and where the package has no binary for this machine.
 */
export function loadForeign(
  load: () => Foreign = () => createRequire(import.meta.url)('koffi') as Foreign,
  { platform, arch }: Machine = process,
): Foreign {
  if (platform !== 'linux' || !processors.includes(arch))
    throw new ProbeUnavailable(
      `its calls are those of Linux on ${processors.join(' and ')}; this is ${platform} on ${arch}`,
      'choose the probe kind "net-ping" (driver: net-ping)',
      false,
    );
  try {
    return load();
  } catch (error) {
    const said = (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
    throw new ProbeUnavailable(
      `the package koffi can't be loaded on ${platform}-${arch}: ${said}`,
      'npm ci --include=optional',
      false,
    );
  }
}
