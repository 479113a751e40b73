import { isIPv6 } from 'node:net';
import type { ProbeDriver, Progress, RoundRequest, RoundResult } from '../../probes/probe.js';
import type { MeasurementConfig, PathConfig, Pop } from '../config/config.js';
import { percentile } from '../core/measurement/figures.js';
import {
  type AbortCause,
  hasNoRoute,
  icmpMessageBytes,
  type Provenance,
  type Round,
  type Settled,
  settleNoRoute,
  settleRound,
  usualMinimumSent,
} from '../core/measurement/round.js';
import { roundLengthMs } from '../core/time/slot.js';
import type { EpochMs } from '../core/types.js';
import type { LinkMark, Links } from './links.js';
import type { Clock, EngineEvents, Log, Resolve } from './ports.js';
import { createReachability, type Reachability } from './reachability.js';
import { createServedTime, type ServedTime } from './served-time.js';

/**
 * The address of a PoP: its literal address if it has one, IPv4 before IPv6, else what its name resolves to now.
 * Rejects when the name does not resolve.
 */
export async function addressOf(pop: Pop, resolve: Resolve, signal: AbortSignal): Promise<string> {
  const literal = pop.ipv4 ?? pop.ipv6;
  if (literal !== null) return literal;
  if (pop.host === null) throw new Error(`PoP ${pop.id} has no address`);
  try {
    return await resolve(pop.host, signal);
  } catch (error) {
    throw new Error(
      `${pop.host} does not resolve: ${error instanceof Error ? error.message : String(error)}`,
      {
        cause: error,
      },
    );
  }
}

interface RoundRunnerOptions {
  readonly clock: Clock;
  readonly driver: ProbeDriver;
  readonly resolve: Resolve;
  /** The driver's current loopback calibration; null before the first. */
  readonly calibration: () => Provenance['calibration'];
  /** A remark for a round that ends well now; null: none. */
  readonly mark?: () => string | null;
  /** The local interfaces; absent: their state is not checked. */
  readonly links?: Links;
  /** Shared with the watch, because its targets are equally good evidence; by default the runner has its own. */
  readonly reachability?: Reachability;
}

interface RoundTask {
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
 * Creates the function that runs one round and returns it. It never rejects: a name that does not resolve, or a driver
 * that throws or dies, costs this round only.
 */
export function createRoundRunner(options: RoundRunnerOptions): RunRound {
  const { clock, driver, resolve, calibration, mark = () => null, links } = options;
  const { reachability = createReachability() } = options;
  const served = createServedTime(clock);

  return async (task) => {
    const { path, measurement, slot, scheduled, signal } = task;
    const startedAt = clock.now();
    let started = clock.monotonicMs();
    let address: string | null = null;
    let link: LinkMark | null = null;
    let result: RoundResult;
    try {
      address = await addressOf(task.destination, resolve, signal);
      await links?.find(address, path.probe);
      link = links?.mark(address, path.probe) ?? null;
      started = clock.monotonicMs();
      let received = 0;
      reachability.tried(path.destination);
      const measured = driver.measure({
        ...roundRequest(measurement, address, signal),
        ...(path.probe && { options: path.probe }),
        onProgress: (progress) => {
          if (progress.received > received) reachability.answered(path.destination, clock.monotonicMs());
          received = progress.received;
          task.onProgress?.(progress);
        },
      });
      result = await withinPatience({ clock, served }, patienceMs(measurement), measured, signal);
    } catch (error) {
      result = signal.aborted ? nothing('aborted', null) : nothing('failed', messageOf(error));
    }
    const times = packetTimes(measurement, started);
    for (const [stream, size] of result.sizes.entries())
      for (const [index, packet] of size.packets.entries())
        if (packet.kind === 'received') reachability.answered(path.destination, times(stream, index));
    const linkFault = link === null ? null : (links?.faultSince(link) ?? null);
    const sizes = linkFault === null ? whoseFault(result.sizes, task, times) : result.sizes;
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
            linkFault,
            minimumSent: measurement.minimumSent ?? usualMinimumSent(measurement.packets),
            sizes: measurement.sizes,
          },
        ),
        [mark(), staleMark(task.destination, resolve)],
      ),
      address,
      lostAfterMs: measurement.lostAfterMs,
      provenance: { driver: driver.kind, ...result.provenance, calibration: calibration() },
      sizes,
      ...(result.icmpErrors && result.icmpErrors.length > 0 && { icmpErrors: result.icmpErrors }),
    };
  };

  /**
   * Decides whose fault it is that there was no route. Such packets are lost if other targets answered at about that
   * time. Where there was never another target to compare with, a neighbour that does not answer is itself at fault.
   */
  function whoseFault(
    sizes: RoundResult['sizes'],
    { path: { destination }, measurement }: RoundTask,
    times: (stream: number, index: number) => number,
  ): RoundResult['sizes'] {
    if (!hasNoRoute(sizes)) return sizes;
    const nearMs = leastNearMs + measurement.packetIntervalMs;
    const isAlone = !reachability.hasOthers(destination);
    return settleNoRoute(
      sizes,
      (stream, index, reason) =>
        (isAlone && reason === 'host-unreachable') ||
        reachability.othersAnswered(destination, times(stream, index), nearMs),
    );
  }
}

/**
 * Targets that answered a packet within this time of another, milliseconds, were reachable when that one could not be
 * sent.
 */
const leastNearMs = 2_000;

/** When each packet was due to be sent, on the monotonic clock; a sender that keeps to its schedule sent it then. */
function packetTimes(
  { sizes, packetIntervalMs }: MeasurementConfig,
  startedMs: number,
): (stream: number, index: number) => number {
  // The sizes are interleaved streams, each with one packet per interval.
  return (stream, index) => startedMs + (index + stream / sizes.length) * packetIntervalMs;
}

/** Adds remarks to a round that ended well; the reason of a failed round is more important than any remark. */
function marked(settled: Settled, marks: readonly (string | null)[]): Settled {
  if (settled.status !== 'ok' && settled.status !== 'unscheduled') return settled;
  const reasons = [settled.reason, ...marks].filter((one) => one !== null);
  return { ...settled, reason: reasons.length === 0 ? null : reasons.join('; ') };
}

/** The remark for a round to an address that could not be resolved anew; null: the address is current. */
function staleMark(pop: Pop, resolve: Resolve): string | null {
  if (pop.host === null || pop.ipv4 !== null || pop.ipv6 !== null) return null;
  const since = resolve.staleSince?.(pop.host) ?? null;
  if (since === null) return null;
  return `marked: ${pop.host} does not resolve now; this is its address of ${new Date(since).toISOString()}`;
}

/** A driver that is silent for this long after its round should have ended has died unnoticed, milliseconds. */
const patienceMs = (measurement: MeasurementConfig): number => roundLengthMs(measurement) + 15_000;

/** How long to wait for a driver that should abort a round and does not react, so that the daemon can stop. */
const abortPatienceMs = 1_000;

async function withinPatience(
  { clock, served }: { readonly clock: Clock; readonly served: ServedTime },
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
    .then(() => served.sleep(abortPatienceMs, settled.signal))
    .then(() => nothing('aborted', 'the driver did not answer'));
  try {
    return await Promise.race([measured, silence, afterAbort]);
  } finally {
    // With a reason, since aborting without one creates an error that nobody uses.
    settled.abort('settled');
  }
}

/** The request to a driver for one round of a path. */
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

type Calibration = NonNullable<Provenance['calibration']>;

const everyMs = 3_600_000;
const packets = 200;
const intervalMs = 10;
const bytes = 64;

interface CalibrationOptions {
  readonly clock: Clock;
  readonly driver: ProbeDriver;
  readonly events: Pick<EngineEvents, 'calibrated'>;
  readonly log: Log;
}

interface Calibrator {
  /** The part of an RTT that this machine adds, as last measured; null before the first, or for simulated stamps. */
  readonly current: () => Calibration | null;
  /** Measures at once and then every hour; resolves when `signal` is aborted. */
  readonly keep: (signal: AbortSignal) => Promise<void>;
}

/**
 * Measures this machine's loopback with the driver that measures the network: the result is what the driver itself
 * adds.
 */
export function createCalibrator({ clock, driver, events, log }: CalibrationOptions): Calibrator {
  let current: Calibration | null = null;

  const once = async (signal: AbortSignal): Promise<void> => {
    const { ended, reason, sizes, provenance } = await driver.measure({
      address: '127.0.0.1',
      sizes: [{ bytes, icmpBytes: bytes }],
      count: packets,
      intervalMs,
      lostAfterMs: 1_000,
      lateWaitMs: 0,
      signal,
    });
    // The RTTs of a simulated network are no evidence about this machine.
    if (signal.aborted || provenance.stamps === 'simulated') return;
    const rtts = sizes
      .flatMap((size) => size.packets)
      .flatMap((packet) => (packet.kind === 'received' ? [packet.rttUs] : []))
      .sort((a, b) => a - b);
    if (ended !== 'completed' || rtts.length === 0) {
      log.warn({ reason }, 'the loopback could not be measured; the calibration from before stays in force');
      return;
    }
    current = { p50Us: percentile(rtts, 50), p99Us: percentile(rtts, 99) };
    events.calibrated(current);
    log.info(current, 'calibrated: this much of an RTT is this machine itself');
  };

  return {
    current: () => current,
    keep: async (signal) => {
      while (!signal.aborted) {
        await once(signal).catch((error: unknown) => {
          log.warn({ err: error }, 'the loopback could not be measured');
        });
        await clock.sleep(everyMs, signal);
      }
    },
  };
}
