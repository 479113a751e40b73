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
import type { EpochMs } from '../core/types.js';
import type { LinkMark, Links } from './links.js';
import type { Clock, EngineEvents, Log, Resolve } from './ports.js';
import { createReachability, type Reachability } from './reachability.js';

/** The address of a PoP: a literal one if it has one, IPv4 before IPv6, else what its name resolves to now. */
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
  /** What the driver's loopback calibration says now; null before the first. */
  readonly calibration: () => Provenance['calibration'];
  /** What a round that ends well now is marked with; null: nothing. */
  readonly mark?: () => string | null;
  /** The own interfaces; absent: they are not looked at. */
  readonly links?: Links;
  /** Shared with the watch, whose targets are as good a witness; its own unless told. */
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
 * Runs one round and says what it was. Never rejects: a name that does not resolve, a driver that throws or dies
 * costs this round only.
 */
export function createRoundRunner(options: RoundRunnerOptions): RunRound {
  const { clock, driver, resolve, calibration, mark = () => null, links } = options;
  const { reachability = createReachability() } = options;

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
      result = await withinPatience(clock, patienceMs(measurement), measured, signal);
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
   * Packets for which there was no route are lost where others answered about then. A neighbour that does not answer
   * is at fault itself where there never was anybody else to compare it with.
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

/** Others that answered within this of a packet were within reach when it could not leave. */
const leastNearMs = 2_000;

/** When each packet was to be sent, on the monotonic clock: what keeps to its schedule was sent then. */
function packetTimes(
  { sizes, packetIntervalMs }: MeasurementConfig,
  startedMs: number,
): (stream: number, index: number) => number {
  // The sizes run as interleaved streams, each with a packet every interval.
  return (stream, index) => startedMs + (index + stream / sizes.length) * packetIntervalMs;
}

/** Of a round that failed the reason says more than any mark. */
function marked(settled: Settled, marks: readonly (string | null)[]): Settled {
  if (settled.status !== 'ok' && settled.status !== 'unscheduled') return settled;
  const reasons = [settled.reason, ...marks].filter((one) => one !== null);
  return { ...settled, reason: reasons.length === 0 ? null : reasons.join('; ') };
}

/** What a round is marked with whose address is one from before; null: it is not. */
function staleMark(pop: Pop, resolve: Resolve): string | null {
  if (pop.host === null || pop.ipv4 !== null || pop.ipv6 !== null) return null;
  const since = resolve.staleSince?.(pop.host) ?? null;
  if (since === null) return null;
  return `marked: ${pop.host} does not resolve now; this is its address of ${new Date(since).toISOString()}`;
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
  /** What of an RTT is this machine itself, as last measured; null before the first and where it means nothing. */
  readonly current: () => Calibration | null;
  /** Measures at once and then every hour, until `signal` is aborted. */
  readonly keep: (signal: AbortSignal) => Promise<void>;
}

/** Pings this machine's own loopback by the driver that measures the network: what remains is what the driver adds. */
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
    // A network that is made up says nothing of this machine.
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
