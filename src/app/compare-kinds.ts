import { sideBySide, type SideBySideRow } from '../../probes/side-by-side.js';
import type { Config, PathConfig } from '../config/config.js';
import { roundRequest } from '../engine/round-runner.js';
import type { Log } from '../engine/ports.js';
import { systemClock } from '../engine/system-clock.js';
import { addressOf } from '../engine/target.js';
import { resolveName } from './resolve.js';

/** Packets leave at least this close together: a comparison is not to take minutes. */
const intervalMs = 20;

export interface CompareKindsOptions {
  readonly config: Config;
  /** Where to; null: this machine's own loopback, which shows what each kind itself adds. */
  readonly path: PathConfig | null;
  readonly signal: AbortSignal;
  readonly log: Log;
}

export interface KindsCompared {
  readonly address: string;
  readonly rows: readonly SideBySideRow[];
}

/** The same round by every kind that sends packets, one after the other. Rejects when the name does not resolve. */
export async function compareKinds({
  config,
  path,
  signal,
  log,
}: CompareKindsOptions): Promise<KindsCompared> {
  const address = path === null ? '127.0.0.1' : await destinationAddress(config, path, signal);
  const { measurement } = config;
  const request = roundRequest(
    { ...measurement, packetIntervalMs: Math.min(measurement.packetIntervalMs, intervalMs) },
    address,
    signal,
  );
  return { address, rows: await sideBySide({ log, simulated: null, clock: systemClock }, request) };
}

function destinationAddress(config: Config, path: PathConfig, signal: AbortSignal): Promise<string> {
  const pop = config.pops.find(({ id }) => id === path.destination);
  if (!pop) throw new Error(`the path ${path.id} ends on a PoP that is not configured`);
  return addressOf(pop, resolveName, signal);
}
