import { setImmediate as turn } from 'node:timers/promises';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { exclusionKinds } from '../core/exclusion.js';
import type { LedgerStanding } from '../core/ledger/standing.js';
import type { MissingRound, Provenance, Round, StampSource } from '../core/measurement/round.js';
import { fromPercent } from '../core/number.js';
import type { Grade, PathStanding, QualityTerms } from '../core/standing.js';
import type { ServiceStanding } from '../core/statement/standing.js';
import type { EpochMs, PathId, PopId } from '../core/types.js';
import type { BlindReason, ObservedOutage, PortState } from '../core/watch/outage.js';
import { type ClockReading, daemonSeries, type OutboxState, type StoreSize } from './daemon.js';
import { type MetricMaker, metricMaker, minutely, type TextFormat } from './make.js';
import { type MeshListener, meshSeries } from './mesh.js';
import { metricNames, nodePrefix } from './names.js';
import { pathSeries, toNumber, windowSeries } from './paths.js';
import { roundSeries, watchSeries } from './watch.js';
import { serviceSeries } from './services.js';

/** How the fault reports stand. */
interface ReportsStanding {
  readonly byState: ReadonlyMap<string, number>;
  readonly overdue: number;
}

/** Not closed yet; closed, and its drafts wait to be sealed; all of it sealed. */
const closeStates = ['open', 'closed', 'sealed'] as const;

/** How the months that ended stand. */
interface CloseStanding {
  /** Of the month before this one. */
  readonly state: (typeof closeStates)[number];
  /** When the last sealed month ended; null: none is. */
  readonly lastSealedEnd: EpochMs | null;
  /** How long ago the oldest month that is not sealed ended; 0: all are. */
  readonly unsealedMs: number;
}

/** The series of what people do. */
interface BacklogSeries {
  readonly ledger: (standing: LedgerStanding) => void;
  readonly reports: (standing: ReportsStanding) => void;
  readonly close: (standing: CloseStanding) => void;
}

function makeBacklogSeries(make: MetricMaker): BacklogSeries {
  const active = make.gauge(metricNames.activeExclusions, minutely);
  const maintenance = make.gauge(metricNames.maintenance, minutely);
  const proposed = make.late(metricNames.proposedExclusions, minutely);
  const reports = make.gauge(metricNames.faultReports, minutely);
  const overdue = make.late(metricNames.faultReportsOverdue, minutely);
  const state = make.gauge(metricNames.monthClose, minutely);
  const unsealed = make.late(metricNames.monthUnsealed, minutely);
  const lastSealed = make.late(metricNames.lastSealed);
  return {
    ledger: (standing) => {
      for (const kind of exclusionKinds) active.set({ kind }, standing.active.get(kind) ?? 0);
      proposed.set(standing.proposed);
      maintenance.reset();
      for (const pop of standing.maintenance.pops) maintenance.set({ pop, path: '' }, 1);
      for (const path of standing.maintenance.paths) maintenance.set({ pop: '', path }, 1);
    },
    reports: ({ byState, overdue: late }) => {
      reports.reset();
      for (const [of, count] of byState) reports.set({ state: of }, count);
      overdue.set(late);
    },
    close: (standing) => {
      for (const each of closeStates) state.set({ state: each }, each === standing.state ? 1 : 0);
      unsealed.set(standing.unsealedMs / 1000);
      if (standing.lastSealedEnd === null) lastSealed.unset();
      else lastSealed.set(standing.lastSealedEnd / 1000);
    },
  };
}

const contentTypes: Readonly<Record<TextFormat, string>> = {
  prometheus: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

/** OpenMetrics where the Accept header puts it before plain text, by the weights of RFC 9110, 12.5.1. */
function formatFor(accept: string | undefined): TextFormat {
  const weight = (matches: (type: string) => boolean): number =>
    Math.max(
      0,
      ...(accept ?? '').split(',').map((entry) => {
        const [type = '', ...parameters] = entry.split(';').map((part) => part.trim().toLowerCase());
        if (!matches(type)) return 0;
        // Of its versions 1.0.0 is what is written here; 0.0.1 is read the same.
        if (parameters.some((parameter) => /^version=(?!0\.0\.[14]$|1\.0\.0$)/.test(parameter))) return 0;
        const quality = Number(parameters.find((one) => one.startsWith('q='))?.slice(2) ?? 1);
        return quality > 0 && quality <= 1 ? quality : 0;
      }),
    );
  const open = weight((type) => type === 'application/openmetrics-text');
  return open > 0 && open >= weight((type) => type === 'text/plain') ? 'openmetrics' : 'prometheus';
}

/**
 * prom-client's plain text as OpenMetrics, without its end mark: a counter's family goes without `_total`, and no line
 * is empty. (prom-client's own OpenMetrics renames the counters for good, and leaves plain text wrong after it.)
 */
function asOpenMetrics(text: string): string {
  const counters = new Set([...text.matchAll(/^# TYPE (\S+) counter$/gm)].map(([, name]) => name));
  return text
    .replace(/^# (HELP|TYPE) (\S+)_total /gm, (line, kind: string, name: string) =>
      counters.has(`${name}_total`) ? `# ${kind} ${name} ` : line,
    )
    .replace(/^# HELP .*$/gm, (line) => line.replaceAll('"', '\\"'))
    .replace(/\n{2,}/g, '\n');
}

const openMetricsEnd = '# EOF\n';

/** prom-client's gauges that end in `_total`, which Prometheus keeps for counters; each has a twin by type. */
const misnamed = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];

/** Node's own metrics: event loop lag, heap, garbage collection, CPU, file descriptors. */
function addNodeMetrics(registry: Registry): void {
  collectDefaultMetrics({ register: registry, prefix: nodePrefix });
  for (const name of misnamed) registry.removeSingleMetric(`${nodePrefix}${name}`);
}

interface MetricsOptions {
  readonly version: string;
  /** Node's version. */
  readonly node: string;
  /** The probe kind. */
  readonly driver: string;
  /** As the driver says at its start; unknown when it does not. */
  readonly stamps?: StampSource | undefined;
}

/** What the engine tells. */
interface MetricsEvents {
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

/** The state of everything: what is judged now and then, and what others of this daemon know. */
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

/** What metrics take from the configuration. */
interface MetricsSettings {
  readonly perSize: boolean;
  readonly money: boolean;
  /** Where this daemon stands. */
  readonly agent: { readonly pop: PopId; readonly role: string };
  readonly pops: readonly PopPlace[];
  /** That are watched: what is counted of them starts at 0. */
  readonly ports: readonly PopId[];
  /** Of a round's packets, in bytes. */
  readonly sizes: readonly number[];
}

interface PopPlace {
  readonly id: PopId;
  readonly name: string;
  readonly region: string | null;
  readonly coordinates: { readonly latitude: number; readonly longitude: number } | null;
}

export interface Metrics {
  readonly events: MetricsEvents;
  readonly standing: StandingListener;
  readonly mesh: MeshListener;
  /** So many lines of the log could not be written. */
  readonly logLost: (lines: number) => void;
  configure(options: MetricsSettings): void;
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
  const { setPorts, ...watch } = watchSeries(make);
  const services = serviceSeries();
  const terms = planSeries(make);
  const backlogSeries = makeBacklogSeries(make);
  const mesh = meshSeries(make);
  make.gauge(metricNames.build).set({ version: options.version, node: options.node }, 1);
  const agentInfo = make.gauge(metricNames.agent);
  const popInfo = make.gauge(metricNames.pop);
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
      // Events of a path may come after its removal.
      roundGraded: (path, grade) => {
        if (paths.has(path)) windows.graded(path, grade);
      },
      pathStanding: (path, standing) => {
        if (paths.has(path)) windows.standing(path, standing);
      },
      terms,
      services: services.services,
      ...backlogSeries,
      judged: daemon.judged,
      storeSize: daemon.storeSize,
      clockRead: daemon.clockRead,
      outbox: daemon.outbox,
    },
    mesh,
    logLost: daemon.logLost,
    configure: ({ perSize, money, agent, pops, ports, sizes }) => {
      setPorts(ports);
      paths.setSizes(sizes);
      paths.setPerSize(perSize);
      services.setMoney(money);
      agentInfo.reset();
      agentInfo.set({ pop: agent.pop, role: agent.role }, 1);
      popInfo.reset();
      for (const { id, name, region, coordinates } of pops)
        popInfo.set(
          {
            pop: id,
            name,
            region: region ?? '',
            latitude: coordinates === null ? '' : String(coordinates.latitude),
            longitude: coordinates === null ? '' : String(coordinates.longitude),
          },
          1,
        );
    },
    answer,
    text: async () => {
      let text = '';
      for await (const piece of answer().pieces) text += piece;
      return text;
    },
  };
}

/** What plans say of quality, so that dashboards draw the contract and not what somebody remembered of it. */
function planSeries(make: MetricMaker): (terms: readonly QualityTerms[]) => void {
  const edge = make.gauge(metricNames.bandEdge);
  const loss = make.gauge(metricNames.lossCommitment);
  return (terms) => {
    edge.reset();
    loss.reset();
    for (const { plan, latency, loss: rules } of terms) {
      loss.set({ plan }, toNumber(rules.commitment));
      for (const [level, { id, upToPercent }] of latency.bands.entries())
        if (upToPercent !== null) edge.set({ plan, band: id, level }, toNumber(fromPercent(upToPercent)));
    }
  };
}
