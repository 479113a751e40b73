import { openDriver } from '../../probes/kinds.js';
import type { Progress } from '../../probes/probe.js';
import { sideBySide, type SideBySideRow } from '../../probes/side-by-side.js';
import type { Config, PathConfig, Pop } from '../config/config.js';
import type { Round } from '../core/measurement/round.js';
import type { PathId } from '../core/types.js';
import { systemClock } from '../engine/clock.js';
import { createLinks } from '../engine/links.js';
import { runUnscheduled } from '../engine/once.js';
import type { Log } from '../engine/ports.js';
import { addressOf, createRoundRunner, roundRequest } from '../engine/round-runner.js';
import { resolveName } from './readiness.js';
import { openStore } from './store.js';

export interface ProbeOnceOptions {
  readonly config: Config;
  /** Which of the configured paths to measure. */
  readonly paths: readonly PathConfig[];
  /** Keeps the rounds, as `unscheduled`: part of no month. */
  readonly store: boolean;
  /** Ends the rounds early, as aborted. */
  readonly signal: AbortSignal;
  readonly onProgress?: (path: PathId, progress: Progress) => void;
  readonly log: Log;
}

/** One round of every given path, now. Rejects with `ProbeUnavailableError` or, when it is to store, `StoreError`. */
export async function probeOnce(options: ProbeOnceOptions): Promise<Round[]> {
  const { config, paths, signal, onProgress, log } = options;
  const { measurement, pops } = config;
  // Before anything is sent: a round that can't be kept is not worth its packets.
  const store = options.store ? await openStore(config) : null;
  try {
    const clock = systemClock;
    const driver = await openDriver(config.driver.kind, { log, simulated: config.driver.simulated, clock });
    try {
      const runRound = createRoundRunner({
        clock,
        driver,
        resolve: resolveName,
        calibration: () => null,
        links: createLinks(),
      });
      const rounds = await Promise.all(
        paths.map((path) =>
          runUnscheduled({
            clock,
            random: Math.random,
            runRound,
            path,
            destination: destinationOf(path, pops),
            measurement,
            signal,
            ...(onProgress && { onProgress }),
          }),
        ),
      );
      const measured = rounds.filter((round) => round !== null);
      if (store) for (const round of measured) await store.rounds.put(round);
      return measured;
    } finally {
      await driver.close();
    }
  } finally {
    await store?.close();
  }
}

function destinationOf(path: PathConfig, pops: readonly Pop[]): Pop {
  const pop = pops.find(({ id }) => id === path.destination);
  if (!pop) throw new Error(`the path ${path.id} ends on a PoP that is not configured`);
  return pop;
}

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
