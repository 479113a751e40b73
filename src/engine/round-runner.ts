import { isIPv6 } from 'node:net';
import type { MeasurementConfig, PathConfig, Pop } from '../config/config.js';
import { icmpMessageBytes } from '../core/measurement/length.js';
import { settleNoRoute } from '../core/measurement/no-route.js';
import type { Provenance, Round } from '../core/measurement/round.js';
import { settleRound, usualMinimumSent, type AbortCause, type Settled } from '../core/measurement/settle.js';
import type { EpochMs } from '../core/types.js';
import type { ProbeDriver, Progress, RoundRequest, RoundResult } from '../../probes/probe.js';
import type { Clock, Resolve } from './ports.js';
import { addressOf } from './target.js';

export interface RoundRunnerOptions {
  readonly clock: Clock;
  readonly driver: ProbeDriver;
  readonly resolve: Resolve;
  /** What the driver's loopback calibration says now; null before the first. */
  readonly calibration: () => Provenance['calibration'];
  /** What a round that ends well now is marked with; null: nothing. */
  readonly mark?: () => string | null;
}

export interface RoundTask {
  readonly path: PathConfig;
  readonly destination: Pop;
  readonly measurement: MeasurementConfig;
  readonly slot: EpochMs;
  readonly scheduled: boolean;
  /** Aborted with an `AbortCause` as its reason. */
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

export type RunRound = (task: RoundTask) => Promise<Round>;

/**
 * Runs one round and says what it was. Never rejects: a name that does not resolve, a driver that throws or dies
 * costs this round only.
 */
export function createRoundRunner(options: RoundRunnerOptions): RunRound {
  const { clock, driver, resolve, calibration, mark = () => null } = options;
  /** When each path last had an answer, on the monotonic clock. */
  const answeredAt = new Map<string, number>();

  return async (task) => {
    const { path, measurement, slot, scheduled, signal } = task;
    const startedAt = clock.now();
    const started = clock.monotonicMs();
    let address: string | null = null;
    let result: RoundResult;
    try {
      address = await addressOf(task.destination, resolve, signal);
      let received = 0;
      const measured = driver.measure({
        ...roundRequest(measurement, address, signal),
        ...(path.probe && { options: path.probe }),
        onProgress: (progress) => {
          if (progress.received > received) answeredAt.set(path.id, clock.monotonicMs());
          received = progress.received;
          task.onProgress?.(progress);
        },
      });
      result = await withinPatience(clock, patienceMs(measurement), measured, signal);
    } catch (error) {
      result = signal.aborted ? nothing('aborted', null) : nothing('failed', messageOf(error));
    }
    if (result.sizes.some((size) => size.packets.some((packet) => packet.kind === 'received'))) {
      answeredAt.set(path.id, clock.monotonicMs());
    }
    const othersAnswered = [...answeredAt].some(([other, at]) => other !== path.id && at >= started);
    const sizes = settleNoRoute(result.sizes, othersAnswered);
    return {
      path: path.id,
      slot,
      startedAt,
      endedAt: clock.now(),
      ...marked(
        settleRound(
          { ...result, sizes },
          {
            scheduled,
            abortCause: signal.aborted ? (signal.reason as AbortCause) : null,
            lagLimitUs: measurement.lagLimitMs * 1000,
            minimumSent: measurement.minimumSent ?? usualMinimumSent(measurement.packets),
            sizes: measurement.sizes,
          },
        ),
        mark(),
      ),
      address,
      lostAfterMs: measurement.lostAfterMs,
      provenance: { driver: driver.kind, ...result.provenance, calibration: calibration() },
      sizes,
    };
  };
}

/** Of a round that failed the reason says more than any mark. */
function marked(settled: Settled, mark: string | null): Settled {
  if (mark === null || (settled.status !== 'ok' && settled.status !== 'unscheduled')) return settled;
  return { ...settled, reason: settled.reason === null ? mark : `${settled.reason}; ${mark}` };
}

/** A driver that is silent for this long after its round should have ended has died without knowing it. */
const patienceMs = ({ packets, packetIntervalMs, lostAfterMs, lateWaitMs }: MeasurementConfig): number =>
  packets * packetIntervalMs + lostAfterMs + lateWaitMs + 15_000;

/** One that was told to end a round, and stands still, must not keep the daemon from ending. */
const abortPatienceMs = 1_000;

async function withinPatience(
  clock: Clock,
  ms: number,
  measured: Promise<RoundResult>,
  signal: AbortSignal,
): Promise<RoundResult> {
  const settled = new AbortController();
  const silence = clock.sleep(ms, settled.signal).then(() => nothing('failed', 'the driver did not answer'));
  const afterAbort = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else
      signal.addEventListener(
        'abort',
        () => {
          resolve();
        },
        { once: true, signal: settled.signal },
      );
  })
    .then(() => clock.sleep(abortPatienceMs, settled.signal))
    .then(() => nothing('aborted', 'the driver did not answer'));
  try {
    return await Promise.race([measured, silence, afterAbort]);
  } finally {
    // With a reason: without one an error is made for nobody.
    settled.abort('settled');
  }
}

/** What a driver is asked for one round of a path. */
export function roundRequest(
  measurement: MeasurementConfig,
  address: string,
  signal: AbortSignal,
): RoundRequest {
  const family = isIPv6(address) ? 6 : 4;
  return {
    address,
    sizes: measurement.sizes.map((bytes) => ({
      bytes,
      icmpBytes: icmpMessageBytes(bytes, measurement.lengthBasis, family),
    })),
    count: measurement.packets,
    intervalMs: measurement.packetIntervalMs,
    lostAfterMs: measurement.lostAfterMs,
    lateWaitMs: measurement.lateWaitMs,
    signal,
  };
}

function nothing(ended: 'aborted' | 'failed', reason: string | null): RoundResult {
  return {
    ended,
    reason,
    sizes: [],
    provenance: { stamps: 'user', fallbackStamps: 0, socketDrops: null, sendLagUs: null },
  };
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
