import type { ProbeDriver } from '../../probes/probe.js';
import type { Config, PathConfig, WatchConfig } from '../config/config.js';
import type { ExclusionText } from '../core/ledger/actions.js';
import { pathId } from '../core/path.js';
import type { Interval } from '../core/time/intervals.js';
import type { EpochMs, PopId } from '../core/types.js';
import { type Clock, fanOut, type Log } from '../engine/ports.js';
import { createLedgerService } from '../services/ledger/service.js';
import { livesOf, playRounds, type SimulatedAgent } from './rounds.js';
import {
  type BetweenTwo,
  type Chance,
  chanceOf,
  type CutOff,
  type Happening,
  type Link,
  type PortDown,
} from './scenario/backbone.js';
import type { Scenario } from './scenario/scenario.js';
import { playWatch } from './watch.js';
import type { Store } from '../store/store.js';

/** What the network between two places is like at an instant. */
interface Weather {
  readonly delayUs: number;
  readonly jitterUs: number;
  readonly loss: number;
  readonly down: boolean;
}

/** The weather towards an address as a function of the instant, for instants in [from, to]. */
type WeatherTowards = (address: string, from: EpochMs, to: EpochMs) => (at: EpochMs) => Weather;

const hourMs = 3_600_000;
const wanderMs = 6 * hourMs;

/** How busy links are by the hour of the day, from 0 to 1: an evening's peak, a quiet night. */
const busyByHour = [
  ...[0.35, 0.22, 0.14, 0.1, 0.08, 0.1, 0.16, 0.27, 0.45, 0.6, 0.66, 0.68],
  ...[0.64, 0.66, 0.7, 0.72, 0.71, 0.7, 0.74, 0.83, 0.95, 1, 0.88, 0.6],
];

function busyAt(at: EpochMs, utcOffset: number): number {
  const local = at + utcOffset * hourMs;
  const hours = local / hourMs;
  const hour = ((Math.floor(hours) % 24) + 24) % 24;
  const [now = 0, next = 0] = [busyByHour[hour], busyByHour[(hour + 1) % 24]];
  // 1 January 1970 was a Thursday.
  const weekday = (Math.floor(hours / 24) + 4) % 7;
  const weekend = weekday === 0 || weekday === 6 ? 0.7 : 1;
  return (now + (next - now) * (hours - Math.floor(hours))) * weekend;
}

/** From -1 to 1, another for each path and each quarter of a day: queues and routes that nobody notes. */
function wanderOf(place: number, at: EpochMs): number {
  let mixed = Math.imul(Math.floor(at / wanderMs) ^ Math.imul(place + 1, 0x9e3779b1), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 31 - 1;
}

type Trouble = PortDown | CutOff | BetweenTwo;

const isTrouble = (happening: Happening): happening is Trouble => happening.kind !== 'away';

/** Whether it has to do with packets from one PoP to the other. */
function touches(trouble: Trouble, source: PopId, destination: PopId): boolean {
  switch (trouble.kind) {
    case 'port-down':
      return trouble.pop === destination;
    case 'cut-off':
      return trouble.pop === source || trouble.pop === destination;
    case 'path-down':
    case 'lossy':
    case 'detour':
      return trouble.pops.includes(source) && trouble.pops.includes(destination);
  }
}

function fair(link: Link, place: number, at: EpochMs): Weather {
  const busy = (busyAt(at, link.source.utcOffset) + busyAt(at, link.destination.utcOffset)) / 2;
  return {
    delayUs: Math.round(link.delayUs * (1 + 0.002 * wanderOf(place, at)) + link.busyUs * busy),
    jitterUs: Math.round(link.jitterUs * (1 + busy)),
    loss: link.loss * (0.5 + busy),
    down: false,
  };
}

function under(weather: Weather, troubles: readonly Trouble[], at: EpochMs): Weather {
  let { delayUs, jitterUs, loss, down } = weather;
  for (const trouble of troubles) {
    if (at < trouble.from || at >= trouble.to) continue;
    if (trouble.kind === 'detour') delayUs = Math.round(delayUs * trouble.amount);
    else if (trouble.kind === 'lossy') {
      loss += trouble.amount;
      jitterUs *= 2;
    } else down = true;
  }
  return { delayUs, jitterUs, loss, down };
}

/** What the daemon at `source` finds the network like. Load and wander are those of the first instant asked for. */
export function weatherFrom({ backbone, history }: Scenario, source: PopId): WeatherTowards {
  const troubles = history.happenings.filter(isTrouble);
  const ways = new Map(
    backbone.links.flatMap((way, place) => {
      const address = backbone.pops.find(({ id }) => id === way.destination.id)?.ipv4;
      if (way.source.id !== source || address === undefined) return [];
      const pathTroubles = troubles.filter((trouble) => touches(trouble, source, way.destination.id));
      return [[address, { way, place, own: pathTroubles }] as const];
    }),
  );
  return (address, from, to) => {
    const towards = ways.get(address);
    if (!towards) throw new RangeError(`nobody stands at ${address}`);
    const weather = fair(towards.way, towards.place, from);
    const near = towards.own.filter((trouble) => trouble.from <= to && from < trouble.to);
    if (near.every((trouble) => trouble.from <= from && to < trouble.to)) {
      const steady = under(weather, near, from);
      return () => steady;
    }
    return (at) => under(weather, near, at);
  };
}

interface SimulateOptions {
  readonly scenario: Scenario;
  /** Of the first PoP's daemon; the others' are like it. */
  readonly config: Config;
  /** A new one. */
  readonly store: Store;
  readonly version: string;
  readonly log: Log;
  /** A driver that plays this weather, with chances by the seed, in the time of the clock. */
  readonly openDriver: (weather: WeatherTowards, seed: number, clock: Clock) => Promise<ProbeDriver>;
  readonly onProgress: (progress: SimulateProgress) => void;
  /** Ends it: rejects with the reason. */
  readonly signal: AbortSignal;
}

export interface SimulateProgress {
  readonly doing: 'watching the ports' | 'playing the rounds';
  readonly done: number;
  readonly total: number;
}

interface Simulated {
  readonly rounds: number;
  readonly observers: number;
}

/** Fills a store with what the daemons of a backbone would have written, had they lived through the history. */
export async function simulate(options: SimulateOptions): Promise<Simulated> {
  const { scenario, config, store, signal, log } = options;
  const { backbone, history } = scenario;
  const agents = config.pops.map(({ id }) => agentAt(id, config));
  const driverAt = (observer: PopId, clock: Clock): Promise<ProbeDriver> =>
    options.openDriver(weatherFrom(scenario, observer), seedAt(backbone.seed, observer), clock);

  for (const [done, { observer, paths }] of agents.entries()) {
    signal.throwIfAborted();
    options.onProgress({ doing: 'watching the ports', done, total: agents.length });
    await playWatch({
      history,
      log,
      store: store.watch,
      events: fanOut([]),
      settings: { observer, watch: watchAt(paths, config.watch), pops: config.pops, paths },
      openDriver: (clock) => driverAt(observer, clock),
    });
  }
  const total = Math.round(
    ((history.period.to - history.period.from) / config.measurement.everyMs) *
      agents.reduce((sum, { paths }) => sum + paths.length, 0),
  );
  const rounds = await playRounds({
    agents,
    history,
    log,
    store,
    signal,
    pops: config.pops,
    measurement: config.measurement,
    chance: chanceOf(backbone.seed, 'starts of rounds'),
    openDriver: driverAt,
    onRounds: (done) => {
      options.onProgress({ doing: 'playing the rounds', done, total });
    },
  });
  await playLedger({ scenario, config, store });
  await writeRuns(options);
  return { rounds, observers: agents.length };
}

function agentAt(observer: PopId, { pops }: Config): SimulatedAgent {
  const paths = pops
    .filter(({ id }) => id !== observer)
    .map(({ id }): PathConfig => ({
      id: pathId(observer, id),
      source: observer,
      destination: id,
      from: null,
      to: null,
    }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  return { observer, paths };
}

/** What its daemon watches when its configuration says nothing else: the ports that its paths lead to. */
function watchAt(paths: readonly PathConfig[], like: WatchConfig): WatchConfig {
  const ports = paths.map(({ destination }) => destination).sort();
  return { ...like, ports, references: ports.map((pop) => ({ kind: 'pop', pop })) };
}

/** Packets of two observers have chances of their own. */
function seedAt(seed: number, observer: PopId): number {
  return Math.floor(chanceOf(seed, `packets from ${observer}`).share() * 2 ** 32);
}

/** The lives of the daemon whose configuration goes with the database: the next one takes up where it stopped. */
async function writeRuns({ scenario, store, version, config }: SimulateOptions): Promise<void> {
  for (const { from, to, end } of livesOf(scenario.history, config.agent)) {
    const id = await store.runs.begin(version, from);
    if (end === 'stopped') await store.runs.end(id, to);
    else await store.runs.beat(id, to);
  }
}

interface SimulatedLedger {
  readonly scenario: Scenario;
  readonly config: Config;
  readonly store: Pick<Store, 'ledger' | 'watch' | 'attachments'>;
}

const hour = 3_600_000;
const day = 24 * hour;

const planner = 'Wing Chan (planning)';
const manager = 'Marta Lind (duty manager)';
const engineer = 'Ravi Nair (network operations)';

/** What is told, and when by whom it is decided. */
interface Proposal {
  readonly at: EpochMs;
  readonly actor: string;
  readonly text: ExclusionText;
  readonly decision: 'approve' | 'reject' | null;
}

/** What people enter meanwhile, in its order and through the desk: maintenance that was told, excuses, a correction. */
async function playLedger({ scenario, config, store }: SimulatedLedger): Promise<void> {
  const { period } = scenario.history;
  let now = period.from;
  const ledgerService = createLedgerService({ store, config: () => config, now: () => now });
  const proposals = proposalsOf(scenario, config).sort((a, b) => a.at - b.at);
  const decisions: { at: EpochMs; id: string; decision: 'approve' | 'reject' }[] = [];
  const decideUntil = async (until: EpochMs): Promise<void> => {
    decisions.sort((a, b) => a.at - b.at);
    for (let next = decisions[0]; next && next.at <= until; next = decisions[0]) {
      decisions.shift();
      now = next.at;
      const why = next.decision === 'reject' ? 'the work was put off' : null;
      await ledgerService.decide(manager, next.decision, next.id, why);
    }
  };
  for (const { at, actor, text, decision } of proposals) {
    if (at >= period.to) break;
    await decideUntil(at);
    now = at;
    const [entered] = await ledgerService.propose(actor, [text]);
    const decideAt = at + 20 * hour;
    if (entered && decision && decideAt < period.to)
      decisions.push({ at: decideAt, id: entered.id, decision });
  }
  await decideUntil(period.to);
  now = period.to;
  await correctOne(ledgerService, scenario);
}

function proposalsOf({ backbone, history }: Scenario, config: Config): Proposal[] {
  const chance = chanceOf(backbone.seed, 'ledger');
  const planned = history.maintenance.map(({ pop, window }, index): Proposal => {
    const at = window.from - 7 * day - chance.whole(1, 9) * hour;
    const text = textOf('planned-maintenance', [pop], window, 'Software of the access routers', at);
    // The last one told is left for whoever tries out the ledger.
    return {
      at,
      actor: planner,
      text,
      decision: index === history.maintenance.length - 1 ? null : 'approve',
    };
  });
  return [...planned, ...putOff(history.maintenance[0]), ...unplanned(history, chance, config)];
}

/** A window that was told and then not used. */
function putOff(first: Scenario['history']['maintenance'][number] | undefined): Proposal[] {
  if (!first) return [];
  const window = { from: first.window.from - day, to: first.window.to - day };
  const at = first.window.from - 9 * day;
  const text = textOf('planned-maintenance', [first.pop], window, 'Software of the access routers', at);
  return [{ at, actor: planner, text, decision: 'reject' }];
}

/** Some of the longer outages turn out to be nobody's fault, or not the carrier's. */
function unplanned(
  { happenings, maintenance }: Scenario['history'],
  chance: Chance,
  config: Config,
): Proposal[] {
  const windows = maintenance.map(({ pop, window }) => ({ pop, ...window }));
  const excused: PortDown[] = [];
  return happenings.flatMap((one): Proposal[] => {
    if (one.kind !== 'port-down' || one.to - one.from < 10 * 60_000) return [];
    const same = [...windows, ...excused].some(
      ({ pop, from, to }) => pop === one.pop && from <= one.to && one.from <= to,
    );
    if (same || chance.share() > 0.4) return [];
    excused.push(one);
    const at = one.to + chance.whole(2, 30) * hour;
    const tell = (text: ExclusionText): Proposal => ({ at, actor: engineer, text, decision: 'approve' });
    if (one.to - one.from > 3 * hour) {
      const text = textOf(
        'force-majeure',
        [one.pop],
        one,
        'Flooding of the cable landing station',
        one.to + hour,
      );
      return [tell({ ...text, proof: 'Notice of the port authority, and photographs of the site' })];
    }
    const line = config.book.lines.find(({ pop }) => pop === one.pop);
    if (chance.share() < 0.4 && line) {
      const text = textOf('customer-cause', [], one, 'Power was off in the customer’s own rack', null);
      return [tell({ ...text, scope: { ...nothing, lines: [line.id] } })];
    }
    return [tell(textOf('emergency-maintenance', [one.pop], one, 'A line card was replaced', null))];
  });
}

const nothing = { pops: [], paths: [], lines: [], services: [], customers: [] };

function textOf(
  kind: ExclusionText['kind'],
  pops: readonly string[],
  { from, to }: Interval,
  reason: string,
  noticeAt: EpochMs | null,
): ExclusionText {
  return {
    kind,
    scope: { ...nothing, pops },
    intervals: [{ from, to }],
    recurrence: null,
    reason,
    notices: noticeAt === null ? [] : [{ at: noticeAt, text: 'By mail to every customer at the PoP' }],
    proof: null,
    attachments: [],
    source: null,
  };
}

/** The first outage of a minute or more that the first PoP saw ended a little earlier, by the router's own log. */
async function correctOne(
  ledgerService: ReturnType<typeof createLedgerService>,
  { backbone }: Scenario,
): Promise<void> {
  const observer = backbone.pops[0]?.id;
  const outages = await ledgerService.outages();
  for (const { measured } of outages) {
    if (!measured?.end || measured.voided || measured.observer !== observer) continue;
    const { start, end, port } = measured;
    if (end.at - start.at < 60_000) continue;
    await ledgerService.correct(engineer, {
      of: { observer: measured.observer, port, start: start.at },
      port,
      interval: { from: start.at, to: end.at - 5_000 },
      reason: 'The log of the access router shows the port up earlier',
      evidence: 'Ticket of the operations centre',
      attachments: [],
    });
    return;
  }
}
