import { Registry } from 'prom-client';
import {
  missingReasons,
  roundStatuses,
  type MissingRound,
  type Provenance,
  type Round,
  type StampSource,
} from '../core/measurement/round.js';
import type { EpochMs, PathId, PopId } from '../core/types.js';
import type { BlindReason } from '../core/watch/outage.js';
import type { ObservedOutage, PortState } from '../core/watch/records.js';
import { metricMaker } from './make.js';
import { metricNames, schedulerLagBuckets, sendLagBuckets } from './names.js';
import { addNodeMetrics } from './node.js';
import { pathSeries } from './paths.js';
import { watchSeries } from './watch.js';

export interface MetricsOptions {
  readonly version: string;
  /** Node's version. */
  readonly node: string;
  /** The probe kind. */
  readonly driver: string;
  /** As the driver says at its start; unknown when it does not. */
  readonly stamps?: StampSource | undefined;
}

/** What the engine tells. */
export interface MetricsEvents {
  roundStarted(path: PathId, slot: EpochMs): void;
  roundStored(round: Round): void;
  roundDelayed(round: Round, queued: number): void;
  roundDropped(round: Round): void;
  slotsMissing(missing: readonly MissingRound[]): void;
  schedulerLag(ms: number): void;
  clockStepped(byMs: number): void;
  inFlight(rounds: number): void;
  configLoaded(ok: boolean, at: EpochMs): void;
  pathsChanged(paths: readonly PathId[]): void;
  storeWritable(ok: boolean): void;
  portState(port: PopId, state: PortState): void;
  outageChanged(outage: ObservedOutage): void;
  isolated(isolated: boolean, at: EpochMs): void;
  unobserved(port: PopId | null, ms: number, reason: BlindReason): void;
  calibrated(calibration: NonNullable<Provenance['calibration']>): void;
}

export interface Metrics {
  readonly events: MetricsEvents;
  /** What `/metrics` answers. */
  text(): Promise<string>;
  readonly contentType: string;
}

/** An own registry with everything in it; nothing is global. */
export function createMetrics(options: MetricsOptions): Metrics {
  const registry = new Registry();
  const make = metricMaker(registry);
  const paths = pathSeries(make);
  const watch = watchSeries(make);
  const rounds = make.counter(metricNames.rounds);
  const missedSlots = make.counter(metricNames.missedSlots);
  const roundsInFlight = make.gauge(metricNames.roundsInFlight);
  const schedulerLag = make.histogram(metricNames.schedulerLag, schedulerLagBuckets);
  const selfRtt = make.gauge(metricNames.selfRtt);
  const sendLag = make.histogram(metricNames.sendLag, sendLagBuckets);
  const clockSteps = make.counter(metricNames.clockSteps);
  const storeWritable = make.gauge(metricNames.storeWritable);
  const storeQueue = make.gauge(metricNames.storeQueue);
  const storeDelayed = make.counter(metricNames.storeDelayed);
  const storeDropped = make.counter(metricNames.storeDropped);
  const configLoaded = make.gauge(metricNames.configLoaded);
  const configLoadedAt = make.gauge(metricNames.configLoadedAt);
  make.gauge(metricNames.build).set({ version: options.version, node: options.node }, 1);
  make.gauge(metricNames.driver).set({ driver: options.driver, stamps: options.stamps ?? 'unknown' }, 1);
  addNodeMetrics(registry);
  for (const status of roundStatuses) if (status !== 'missing') rounds.inc({ status }, 0);
  for (const reason of missingReasons) missedSlots.inc({ reason }, 0);

  const waiting = new Set<string>();
  const key = (round: Round): string => `${round.path} ${round.slot}`;
  const noLongerWaits = (round: Round): boolean => {
    const waited = waiting.delete(key(round));
    storeQueue.set(waiting.size);
    return waited;
  };

  return {
    events: {
      // `inFlight` and `roundStored` say it all.
      roundStarted: () => undefined,
      roundStored: (round) => {
        if (!noLongerWaits(round)) paths.round(round);
        rounds.inc({ status: round.status });
        const { sendLagUs } = round.provenance;
        if (sendLagUs !== null) sendLag.observe(sendLagUs / 1e6);
      },
      roundDelayed: (round) => {
        if (waiting.has(key(round))) return;
        waiting.add(key(round));
        storeQueue.set(waiting.size);
        storeDelayed.inc();
        // What was measured is shown, stored or not.
        paths.round(round);
      },
      roundDropped: (round) => {
        noLongerWaits(round);
        storeDropped.inc();
      },
      slotsMissing: (missing) => {
        for (const { path, slot, reason } of missing) {
          missedSlots.inc({ reason });
          paths.missing(path, slot);
        }
      },
      schedulerLag: (ms) => {
        schedulerLag.observe(Math.max(0, ms) / 1000);
      },
      clockStepped: () => {
        clockSteps.inc();
      },
      inFlight: (count) => {
        roundsInFlight.set(count);
      },
      configLoaded: (ok, at) => {
        configLoaded.set(ok ? 1 : 0);
        if (ok) configLoadedAt.set(at / 1000);
      },
      pathsChanged: (now) => {
        paths.setPaths(now);
      },
      storeWritable: (ok) => {
        storeWritable.set(ok ? 1 : 0);
      },
      calibrated: ({ p50Us, p99Us }) => {
        selfRtt.set({ quantile: '0.5' }, p50Us / 1e6);
        selfRtt.set({ quantile: '0.99' }, p99Us / 1e6);
      },
      ...watch,
    },
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
