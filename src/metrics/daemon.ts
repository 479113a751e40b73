import type { Provenance } from '../core/measurement/round.js';
import type { EpochMs } from '../core/types.js';
import { minutely, type MetricMaker } from './make.js';
import { metricNames, schedulerLagBuckets, sendLagBuckets } from './names.js';

/** What the store takes, and how its disk is; bytes. */
export interface StoreSize {
  readonly bytes: number;
  /** Null: it is another machine's. */
  readonly disk: { readonly freeBytes: number; readonly bytes: number } | null;
}

/** What a time service says of the wall clock. */
export interface ClockReading {
  readonly synchronised: boolean;
  /** Null: it does not say. */
  readonly offsetMs: number | null;
}

/** The series of this process: its own health, apart from the network's. */
export interface OutboxState {
  readonly waiting: number;
  readonly dead: number;
}

interface DaemonSeries {
  readonly schedulerLag: (ms: number) => void;
  readonly sendLag: (us: number) => void;
  readonly clockStepped: () => void;
  readonly clockDeviates: (ms: number) => void;
  /** Null: nobody can say. */
  readonly clockRead: (reading: ClockReading | null) => void;
  readonly inFlight: (rounds: number) => void;
  readonly configLoaded: (ok: boolean, at: EpochMs) => void;
  readonly storeWritable: (ok: boolean) => void;
  readonly storeSize: (size: StoreSize) => void;
  /** Messages that wait to be delivered, and those that were given up. */
  readonly outbox: (depth: OutboxState) => void;
  /** So many lines of the log could not be written. */
  readonly logLost: (lines: number) => void;
  readonly judged: (at: EpochMs, tookMs: number) => void;
  readonly calibrated: (calibration: NonNullable<Provenance['calibration']>) => void;
}

/** The daemon's heartbeat writes every 10 s, and gives a write up after 15 s. */
const storeSilenceMs = 45_000;

export function daemonSeries(make: MetricMaker): DaemonSeries {
  const roundsInFlight = make.gauge(metricNames.roundsInFlight);
  const schedulerLag = make.histogram(metricNames.schedulerLag, schedulerLagBuckets);
  const sendLag = make.histogram(metricNames.sendLag, sendLagBuckets);
  const selfRtt = make.gauge(metricNames.selfRtt);
  const clockSteps = make.counter(metricNames.clockSteps);
  const deviation = make.gauge(metricNames.clockDeviation);
  const synchronised = make.late(metricNames.clockSynchronised, minutely);
  const offset = make.late(metricNames.clockOffset, minutely);
  const writable = make.zeroAfter(metricNames.storeWritable, storeSilenceMs);
  const size = make.late(metricNames.storeSize, minutely);
  const diskFree = make.late(metricNames.diskFree, minutely);
  const diskSize = make.late(metricNames.diskSize, minutely);
  const logLost = make.counter(metricNames.logLost);
  const outbox = make.gauge(metricNames.outbox, minutely);
  const judgedAt = make.late(metricNames.standingAt);
  const judgedIn = make.late(metricNames.standingTook);
  const loaded = make.gauge(metricNames.configLoaded);
  const loadedAt = make.gauge(metricNames.configLoadedAt);
  deviation.set(0);
  return {
    schedulerLag: (ms) => {
      schedulerLag.observe(Math.max(0, ms) / 1000);
    },
    sendLag: (us) => {
      sendLag.observe(us / 1e6);
    },
    clockStepped: () => {
      clockSteps.inc();
    },
    clockDeviates: (ms) => {
      deviation.set(ms / 1000);
    },
    clockRead: (reading) => {
      if (reading === null) synchronised.unset();
      else synchronised.set(reading.synchronised ? 1 : 0);
      if (reading === null || reading.offsetMs === null) offset.unset();
      else offset.set(reading.offsetMs / 1000);
    },
    inFlight: (rounds) => {
      roundsInFlight.set(rounds);
    },
    configLoaded: (ok, at) => {
      loaded.set(ok ? 1 : 0);
      if (ok) loadedAt.set(at / 1000);
    },
    storeWritable: (ok) => {
      writable.set(ok ? 1 : 0);
    },
    storeSize: ({ bytes, disk }) => {
      size.set(bytes);
      if (disk === null) return;
      diskFree.set(disk.freeBytes);
      diskSize.set(disk.bytes);
    },
    outbox: ({ waiting, dead }) => {
      outbox.set({ state: 'waiting' }, waiting);
      outbox.set({ state: 'dead' }, dead);
    },
    logLost: (lines) => {
      logLost.inc(lines);
    },
    judged: (at, tookMs) => {
      judgedAt.set(at / 1000);
      judgedIn.set(tookMs / 1000);
    },
    calibrated: ({ p50Us, p99Us }) => {
      selfRtt.set({ percentile: '50' }, p50Us / 1e6);
      selfRtt.set({ percentile: '99' }, p99Us / 1e6);
    },
  };
}
