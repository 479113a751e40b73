import { grainMs, createWatch, type WatchSettings } from '../watch/watch.js';
import type { Happening, History } from '../../config/simulate/happenings.js';
import type { WatchConfig } from '../../config/config.js';
import type { Interval } from '../../core/time/intervals.js';
import type { PopId } from '../../core/types.js';
import type { ProbeDriver } from '../../../probes/probe.js';
import type { WatchStore } from '../../store/watch-store.js';
import type { Clock, EngineEvents, Log } from '../ports.js';
import { cutFilm, rhythmOf, type Film } from './film.js';
import { filmStore } from './film-store.js';
import { livesOf } from './lives.js';
import { virtualClock } from './virtual-clock.js';

export interface SimulatedWatch {
  readonly settings: WatchSettings;
  readonly history: History;
  readonly store: WatchStore;
  readonly events: EngineEvents;
  readonly log: Log;
  /** A driver over the simulated network as this observer finds it, in the time of the clock. */
  readonly openDriver: (clock: Clock) => Promise<ProbeDriver>;
  /** Every second of it instead of those around what happens. */
  readonly whole?: boolean;
}

/** So much is watched before something happens: the usual RTT is known by then, and every doubt settled … */
const beforeMs = 20_000;
/** … and behind it: an outage is confirmed or ended by then. */
const afterMs = 40_000;

/**
 * Plays the watch of one observer through the history: the daemon's own watch, on a clock that jumps.
 *
 * Between happenings the watch is in a steady state: every port answers, or is down, and its echoes come and go in
 * the same rhythm. Nothing of that is written down but that it watched, and that state moved on by a multiple of the
 * rhythm is the state itself. So that time is cut out: the watch lives on a film of the scenes around what happens,
 * and its records are put back to where they belong. (Lone losses in what is cut out would have put a port in doubt
 * for a moment and left no trace.)
 */
export async function playWatch(options: SimulatedWatch): Promise<Film> {
  const { settings, history, store, events, log } = options;
  const film = filmFor(options);
  const onFilm = filmStore(store, film);
  const time = virtualClock(film.inner(history.period.from));
  for (const life of livesOf(history, settings.observer)) {
    await time.passUntil(film.inner(life.from));
    const driver = await options.openDriver({
      ...time.clock,
      now: () => film.outer(time.clock.now()),
    });
    const writing: Promise<void>[] = [];
    let alive = true;
    const watch = createWatch({
      clock: time.clock,
      resolve: () => Promise.reject(new Error('no names in a simulated backbone')),
      driver,
      store: {
        ...store,
        ...onFilm,
        // A disk takes no time here: on a clock that jumps it would seem to take seconds. Who crashed writes nothing.
        put: (record) => {
          if (alive) writing.push(onFilm.put(record));
          return Promise.resolve();
        },
      },
      events,
      log,
      settings,
    });
    await watch.start();
    await time.passUntil(film.inner(life.to));
    alive = life.end === 'stopped';
    await watch.stop();
    await driver.close();
    await Promise.all(writing);
  }
  return film;
}

function filmFor({ settings, history, whole = false }: SimulatedWatch): Film {
  const { period } = history;
  const moments = whole ? [period] : history.happenings.flatMap((one) => momentsOf(one, settings.observer));
  return cutFilm({ period, moments, beforeMs, afterMs, rhythmMs: rhythmFor(settings.watch) });
}

/** What comes again in a steady state, and how often at the least. */
const rhythmFor = ({ everyMs, burstEveryMs, heartbeatMs }: WatchConfig): number =>
  rhythmOf([everyMs, burstEveryMs, heartbeatMs, grainMs]);

/** More loss than this can silence a whole burst once in a while: such a time is watched from end to end. */
const heavyLoss = 0.2;

/** When something changes for this observer. */
function momentsOf(one: Happening, observer: PopId): Interval[] {
  const edges = [one.from, one.to].map((at) => ({ from: at, to: at }));
  switch (one.kind) {
    case 'away':
      return one.pop === observer ? edges : [];
    case 'port-down':
      return one.pop === observer ? [] : edges;
    case 'cut-off':
      return edges;
    case 'path-down':
      return one.pops.includes(observer) ? edges : [];
    case 'lossy':
      return one.pops.includes(observer) && one.amount >= heavyLoss ? [{ from: one.from, to: one.to }] : [];
    case 'detour':
      return one.pops.includes(observer) ? edges : [];
  }
}
