import { setImmediate as turn } from 'node:timers/promises';
import { Registry } from 'prom-client';
import type { MissingRound, Provenance, Round, StampSource } from '../core/measurement/round.js';
import type { LedgerStanding } from '../core/ledger/standing.js';
import type { Grade, PathStanding, QualityTerms } from '../core/quality/standing.js';
import type { ServiceStanding } from '../core/statement/standing.js';
import type { EpochMs, PathId, PopId } from '../core/types.js';
import type { BlindReason } from '../core/watch/outage.js';
import type { ObservedOutage, PortState } from '../core/watch/records.js';
import { daemonSeries, type ClockReading, type OutboxState, type StoreSize } from './daemon.js';
import { metricMaker } from './make.js';
import { meshSeries, type MeshListener } from './mesh.js';
import { metricNames } from './names.js';
import { addNodeMetrics } from './node.js';
import { officeSeries, type CloseStanding, type ReportsStanding } from './office.js';
import { asOpenMetrics, contentTypes, formatFor, openMetricsEnd } from './open-metrics.js';
import { pathSeries } from './paths.js';
import { planSeries } from './plans.js';
import { roundSeries } from './rounds.js';
import { serviceSeries } from './services.js';
import { watchSeries } from './watch.js';
import { windowSeries } from './windows.js';

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
  clockDeviates(ms: number): void;
  inFlight(rounds: number): void;
  configLoaded(ok: boolean, at: EpochMs): void;
  pathsChanged(paths: readonly PathId[]): void;
  storeWritable(ok: boolean): void;
  portState(port: PopId, state: PortState): void;
  outageChanged(outage: ObservedOutage): void;
  isolated(isolated: boolean, at: EpochMs): void;
  unobserved(port: PopId | null, ms: number, reason: BlindReason): void;
  watchBeat(silentMs: number): void;
  watchEnded(why: string): void;
  calibrated(calibration: NonNullable<Provenance['calibration']>): void;
}

/** How everything stands: what is judged now and then, and what others of this daemon know. */
export interface StandingListener {
  /** What a path's latest round is worth; told after the round. */
  roundGraded(path: PathId, grade: Grade): void;
  pathStanding(path: PathId, standing: PathStanding): void;
  terms(terms: readonly QualityTerms[]): void;
  services(standings: readonly ServiceStanding[]): void;
  ledger(standing: LedgerStanding): void;
  judged(at: EpochMs, tookMs: number): void;
  storeSize(size: StoreSize): void;
  clockRead(reading: ClockReading | null): void;
  outbox(depth: OutboxState): void;
  reports(standing: ReportsStanding): void;
  close(standing: CloseStanding): void;
}

export interface Metrics {
  readonly events: MetricsEvents;
  readonly standing: StandingListener;
  readonly mesh: MeshListener;
  /** So many lines of the log could not be written. */
  readonly logLost: (lines: number) => void;
  configure(options: { readonly perSize: boolean; readonly money: boolean }): void;
  /** What `/metrics` answers to this Accept header: in pieces, between which the event loop turns. */
  answer(accept?: string): { readonly contentType: string; readonly pieces: AsyncIterable<string> };
  /** All of the plain text at once. */
  text(): Promise<string>;
}

/** An own registry with everything in it, and the families of paths beside it; nothing is global. */
export function createMetrics(options: MetricsOptions): Metrics {
  const registry = new Registry();
  const make = metricMaker(registry);
  const windows = windowSeries();
  const paths = pathSeries(make, windows);
  const daemon = daemonSeries(make);
  const rounds = roundSeries(make, { paths, sendLag: daemon.sendLag });
  const watch = watchSeries(make);
  const services = serviceSeries();
  const terms = planSeries(make);
  const office = officeSeries(make);
  const mesh = meshSeries(make);
  make.gauge(metricNames.build).set({ version: options.version, node: options.node }, 1);
  make.gauge(metricNames.driver).set({ driver: options.driver, stamps: options.stamps ?? 'unknown' }, 1);
  addNodeMetrics(registry);

  const answer: Metrics['answer'] = (accept) => {
    const format = formatFor(accept);
    const pieces = async function* (): AsyncGenerator<string> {
      for (const family of [...paths.families, ...services.families])
        for (const piece of family.pieces(format)) {
          if (piece === '') continue;
          yield piece;
          await turn();
        }
      const rest = await registry.metrics();
      yield format === 'openmetrics' ? asOpenMetrics(rest) + openMetricsEnd : rest;
    };
    return { contentType: contentTypes[format], pieces: pieces() };
  };

  return {
    events: {
      // `inFlight` and `roundStored` say it all.
      roundStarted: () => undefined,
      ...rounds,
      ...watch,
      schedulerLag: daemon.schedulerLag,
      clockStepped: daemon.clockStepped,
      clockDeviates: daemon.clockDeviates,
      inFlight: daemon.inFlight,
      configLoaded: daemon.configLoaded,
      storeWritable: daemon.storeWritable,
      calibrated: daemon.calibrated,
      pathsChanged: (now) => {
        paths.setPaths(now);
      },
    },
    standing: {
      // What is told of a path may come after its removal.
      roundGraded: (path, grade) => {
        if (paths.has(path)) windows.graded(path, grade);
      },
      pathStanding: (path, standing) => {
        if (paths.has(path)) windows.standing(path, standing);
      },
      terms,
      services: services.services,
      ...office,
      judged: daemon.judged,
      storeSize: daemon.storeSize,
      clockRead: daemon.clockRead,
      outbox: daemon.outbox,
    },
    mesh,
    logLost: daemon.logLost,
    configure: ({ perSize, money }) => {
      paths.setPerSize(perSize);
      services.setMoney(money);
    },
    answer,
    text: async () => {
      let text = '';
      for await (const piece of answer().pieces) text += piece;
      return text;
    },
  };
}
