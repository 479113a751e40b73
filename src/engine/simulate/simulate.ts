import type { Config, PathConfig, WatchConfig } from '../../config/config.js';
import { chanceOf } from '../../config/simulate/chance.js';
import type { Scenario } from '../../config/simulate/scenario.js';
import { pathId } from '../../core/path/path.js';
import type { PopId } from '../../core/types.js';
import type { ProbeDriver } from '../../../probes/probe.js';
import type { Store } from '../../store/store.js';
import { fanOut } from '../fan-out.js';
import type { Clock, Log } from '../ports.js';
import { playLedger } from './ledger.js';
import { livesOf } from './lives.js';
import { playRounds, type SimulatedAgent } from './rounds.js';
import { playWatch } from './watch.js';
import type { WeatherTowards } from './weather.js';
import { weatherFrom } from './weather.js';

export interface SimulateOptions {
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

export interface Simulated {
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
      ...{ history, log, store: store.watch, events: fanOut([]) },
      settings: { observer, watch: watchAt(paths, config.watch), pops: config.pops, paths },
      openDriver: (clock) => driverAt(observer, clock),
    });
  }
  const total = Math.round(
    ((history.period.to - history.period.from) / config.measurement.everyMs) *
      agents.reduce((sum, { paths }) => sum + paths.length, 0),
  );
  const rounds = await playRounds({
    ...{ agents, history, log, store, signal, pops: config.pops, measurement: config.measurement },
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
      ...{ id: pathId(observer, id), source: observer, destination: id, from: null, to: null },
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
