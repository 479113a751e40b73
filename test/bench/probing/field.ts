import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RoundResult } from '../../../probes/probe.js';
import type { Namespace } from '../../lab/namespace.js';

/** What `probe-child.mjs` is to do. */
export interface Job {
  readonly kind: string;
  readonly targets: readonly string[];
  readonly sizes: readonly number[];
  readonly count: number;
  readonly intervalMs: number;
  readonly lostAfterMs: number;
  readonly lateWaitMs: number;
  readonly busy: boolean;
  /** For so many seconds the same is sent to other addresses before. */
  readonly warmUpS?: number;
}

export interface Measured {
  readonly kind: string;
  readonly rounds: readonly (RoundResult & { readonly address: string })[];
  readonly seconds: number;
  readonly cpuUs: number;
}

const child = fileURLToPath(new URL('./probe-child.mjs', import.meta.url));

/** Runs a job in a process of its own in the namespace. */
export async function probe(namespace: Namespace, job: Job): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'pop-sla-bench-'));
  const out = join(folder, 'out.json');
  try {
    const argv = [process.execPath, child, JSON.stringify({ ...job, out })];
    const done = await namespace.run(argv, { timeoutMs: 600_000 });
    if (done.code !== 0) throw new Error(`the probing process ended with ${done.code}: ${done.stderr}`);
    if (done.stderr !== '') console.log(done.stderr);
    return JSON.parse(readFileSync(out, 'utf8')) as Measured;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** `count` addresses of the emulator. */
export const addresses = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `10.77.${1 + Math.floor(index / 250)}.${1 + (index % 250)}`);
