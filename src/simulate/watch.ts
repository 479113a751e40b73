import type { ProbeDriver } from '../../probes/probe.js';
import type { WatchConfig } from '../config/config.js';
import { type Interval, merge } from '../core/time/intervals.js';
import type { EpochMs, PopId } from '../core/types.js';
import type {
  BlindTime,
  ObservedOutage,
  Outage,
  OutageEdge,
  StateChange,
  WatchSpan,
} from '../core/watch/outage.js';
import type { Clock, EngineEvents, Log } from '../engine/ports.js';
import { createWatch, grainMs, type WatchSettings } from '../engine/watch/watch.js';
import type { WatchStore } from '../store/watch-store.js';
import { livesOf } from './rounds.js';
import type { Happening, History } from './scenario/backbone.js';
import { virtualClock } from './virtual-clock.js';

type Move = (at: EpochMs) => EpochMs;

const edge = ({ at, earliest, latest }: OutageEdge, move: Move): OutageEdge => ({
  at: move(at),
  earliest: move(earliest),
  latest: move(latest),
});

const outage = <T extends Outage>(row: T, move: Move): T => ({
  ...row,
  start: edge(row.start, move),
  end: row.end && edge(row.end, move),
  openedAt: move(row.openedAt),
  closedAt: row.closedAt === null ? null : move(row.closedAt),
  inferred: row.inferred.map((blind) => ({ ...blind, from: move(blind.from), to: move(blind.to) })),
  voided: row.voided && { ...row.voided, at: move(row.voided.at) },
});
const state = (row: StateChange, move: Move): StateChange => ({ ...row, at: move(row.at) });
const span = (row: WatchSpan, move: Move): WatchSpan => ({ ...row, from: move(row.from), to: move(row.to) });
const blind = (row: BlindTime, move: Move): BlindTime => ({
  ...row,
  from: move(row.from),
  to: row.to === null ? null : move(row.to),
});

/** A store as a watch on the film sees it: what it writes lands in the history, what it reads comes from there. */
function filmStore(
  store: WatchStore,
  film: Film,
): Pick<WatchStore, 'put' | 'outages' | 'latestStates' | 'latestSpan' | 'blind'> {
  const { inner, outer } = film;
  return {
    put: (record) =>
      store.put({
        outages: record.outages.map((row) => outage(row, outer)),
        states: record.states.map((row) => state(row, outer)),
        spans: record.spans.map((row) => span(row, outer)),
        blind: record.blind.map((row) => blind(row, outer)),
      }),
    outages: async (query) => {
      const rows: ObservedOutage[] = await store.outages(query);
      return rows.map((row) => outage(row, inner));
    },
    latestStates: async (observer) => (await store.latestStates(observer)).map((row) => state(row, inner)),
    latestSpan: async (observer) => {
      const latest = await store.latestSpan(observer);
      return latest && span(latest, inner);
    },
    blind: async (query) => (await store.blind(query)).map((row) => blind(row, inner)),
  };
}

interface SimulatedWatch {
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

/**
 * Time with stretches cut out, in which nothing happens that a watch would write down. On the film, scene follows
 * scene without a break; in the history there is time between them.
 */
interface Film {
  /** In the history. */
  readonly scenes: readonly Interval[];
  /** From an instant on the film to that of the history. A splice belongs to the scene behind it. */
  readonly outer: (inner: EpochMs) => EpochMs;
  /** From an instant of the history to that on the film; one that was cut out: the splice. */
  readonly inner: (outer: EpochMs) => EpochMs;
}

interface FilmOptions {
  readonly period: Interval;
  /** Where something happens. */
  readonly moments: readonly Interval[];
  /** What is kept of the time before and behind a moment. */
  readonly beforeMs: number;
  readonly afterMs: number;
  /** What is cut out is a multiple of this: whatever comes again and again comes at the same instants behind it. */
  readonly rhythmMs: number;
}

export function cutFilm({ period, moments, beforeMs, afterMs, rhythmMs }: FilmOptions): Film {
  const kept = merge(
    [{ from: period.from, to: period.from }, ...moments, { from: period.to, to: period.to }].map(
      ({ from, to }) => ({
        from: Math.max(period.from, from - beforeMs),
        to: Math.min(period.to, to + afterMs),
      }),
    ),
  );
  const scenes: Interval[] = [];
  for (const { from, to } of kept) {
    const before = scenes[scenes.length - 1];
    if (!before) scenes.push({ from, to });
    else {
      const cut = Math.floor((from - before.to) / rhythmMs) * rhythmMs;
      scenes.push({ from: before.to + cut, to });
    }
  }
  return filmOf(scenes);
}

function filmOf(scenes: readonly Interval[]): Film {
  let cutBefore = 0;
  const placed = scenes.map((scene, index) => {
    cutBefore += scene.from - (scenes[index - 1]?.to ?? scene.from);
    return { scene, cut: cutBefore, innerFrom: scene.from - cutBefore, innerTo: scene.to - cutBefore };
  });
  const lastWhere = (
    holds: (one: (typeof placed)[number]) => boolean,
  ): (typeof placed)[number] | undefined => {
    // By halves: it is asked for every echo.
    let [low, high] = [0, placed.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const one = placed[middle];
      if (one && holds(one)) low = middle + 1;
      else high = middle;
    }
    return placed[Math.max(0, low - 1)];
  };
  return {
    scenes,
    outer: (inner) => inner + (lastWhere((one) => one.innerFrom <= inner)?.cut ?? 0),
    inner: (outer) => {
      const one = lastWhere(({ scene }) => scene.from <= outer);
      if (!one) return outer;
      return outer > one.scene.to ? one.innerTo : outer - one.cut;
    },
  };
}

/** The least common multiple of whole numbers. */
export function rhythmOf(parts: readonly number[]): number {
  const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));
  return parts.reduce((all, part) => (all / divisor(all, part)) * part, 1);
}
