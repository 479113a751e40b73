import type { Config } from '../../config/config.js';
import type { Round } from '../../core/measurement/round.js';
import type { StoredRound } from '../../core/merge/slot.js';
import { portNow } from '../../core/watch/port-now.js';
import type { ObservedOutage, PortState, StateChange } from '../../core/watch/records.js';
import type { EpochMs, PathId, PopId } from '../../core/types.js';
import type { EngineEvents } from '../../engine/ports.js';
import type { News } from '../../mesh/ingest/take.js';
import type { WatchStore } from '../../store/watch-store.js';

type Heard = Pick<EngineEvents, 'roundStored' | 'slotsMissing' | 'portState' | 'outageChanged'>;

export interface HubNewsOptions {
  readonly config: () => Config;
  readonly now: () => EpochMs;
  /** Everybody who listens to an engine. */
  readonly live: Heard;
  /** Those who count and judge what comes late, too. */
  readonly late: Pick<EngineEvents, 'roundStored' | 'slotsMissing'>;
}

/** Tells what agents' rows say, as if an engine of this daemon had found it. */
export interface HubNews {
  hear(news: Pick<News, 'slots' | 'watch' | 'packetsOf'>): void;
  /** Who has said nothing for too long: what these saw of a port is not what it is now. */
  silent(observers: ReadonlySet<PopId>): void;
  /** What the store knew before this daemon: the ports as they were seen last. */
  readonly recall: (store: Pick<WatchStore, 'watchers' | 'latestStates' | 'outages'>) => Promise<void>;
}

/** A round of a slot before this many is history: nobody is woken up by it. */
const slotsOfNow = 3;

export function createHubNews({ config, now, live, late }: HubNewsOptions): HubNews {
  const latest = new Map<PathId, EpochMs>();
  const ports = new Map<PopId, Map<PopId, StateChange>>();
  const shown = new Map<PopId, PortState>();
  const lasting = new Map<PopId, Set<string>>();
  let silent: ReadonlySet<PopId> = new Set();

  const isNow = (slot: EpochMs): boolean => slot > now() - slotsOfNow * config().measurement.everyMs;

  const rounds = (stored: readonly StoredRound[], packetsOf: News['packetsOf']): void => {
    for (const one of stored) {
      const sizes = packetsOf(one);
      if (sizes === null) continue;
      const round: Round = { ...one, sizes };
      const isNews = one.slot > (latest.get(one.path) ?? -Infinity) && isNow(one.slot);
      if (isNews) latest.set(one.path, one.slot);
      (isNews ? live : late).roundStored(round);
    }
  };

  const showPort = (port: PopId): void => {
    const said = [...(ports.get(port)?.values() ?? [])].map(({ observer, state }): PortState => {
      const isSeen = state === 'up' || state === 'down';
      return isSeen && silent.has(observer) ? 'unobserved' : (state as PortState);
    });
    const state = portNow(config().watch.quorum, said);
    if (shown.get(port) === state) return;
    shown.set(port, state);
    live.portState(port, state);
  };
  const states = (changes: readonly StateChange[]): void => {
    const changed = new Set<PopId>();
    for (const change of changes) {
      const { observer, port, at } = change;
      if (port === null) continue;
      const all = ports.get(port) ?? new Map<PopId, StateChange>();
      ports.set(port, all);
      if (at < (all.get(observer)?.at ?? -Infinity)) continue;
      all.set(observer, change);
      changed.add(port);
    }
    changed.forEach(showPort);
  };

  /** A port's outage begins with the first observer who sees it and ends with the last. */
  const outage = (one: ObservedOutage): void => {
    const { port, observer, start, end, voided } = one;
    const open = lasting.get(port) ?? new Set<string>();
    lasting.set(port, open);
    const name = `${observer} ${start.at}`;
    if (end === null && voided === null) {
      open.add(name);
      if (open.size === 1) live.outageChanged(one);
      return;
    }
    open.delete(name);
    if (open.size === 0) live.outageChanged(one);
  };

  return {
    hear: ({ slots, watch, packetsOf }) => {
      const inOrder = [...slots].sort((a, b) => a.slot - b.slot);
      rounds(
        inOrder.filter((slot): slot is StoredRound => slot.status !== 'missing'),
        packetsOf,
      );
      const missing = inOrder.filter((slot) => slot.status === 'missing');
      if (missing.length > 0) late.slotsMissing(missing);
      states(watch.states);
      watch.outages.forEach(outage);
    },
    silent: (observers) => {
      silent = observers;
      for (const port of ports.keys()) showPort(port);
    },
    recall: async (store) => {
      const observers = new Set((await store.watchers()).map(({ observer }) => observer));
      for (const observer of observers) states(await store.latestStates(observer));
      for (const one of await store.outages({ open: true })) outage(one);
    },
  };
}
