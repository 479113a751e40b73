import type { EpochMs, PopId } from '../../core/types.js';
import type {
  BlindReason,
  BlindTime,
  ObservedOutage,
  Outage,
  PortState,
  StateChange,
  WatchRecord,
  WatchSpan,
} from '../../core/watch/outage.js';
import {
  burstEchoes,
  newPort,
  type PortNews,
  type PortWatch,
  type WatchRules,
} from '../../core/watch/port.js';
import type { WatchStore } from '../../store/watch-store.js';
import type { Clock, EngineEvents, Log } from '../ports.js';

interface JournalOptions {
  readonly clock: Clock;
  readonly store: Pick<WatchStore, 'put'>;
  readonly events: Pick<EngineEvents, 'storeWritable'>;
  readonly log: Log;
}

/** Buffers the watch's rows on their way to the store. A later row with the same identity replaces an earlier one. */
export interface Journal {
  outage(outage: ObservedOutage): void;
  state(change: StateChange): void;
  span(span: WatchSpan): void;
  blind(time: BlindTime): void;
  /** Writes buffered rows, and retries until the store accepts them. */
  flush(): void;
  /** Writes buffered rows once more, within a second; rows that are not accepted then are lost, and that is logged. */
  close(): Promise<void>;
}

const firstRetryMs = 1_000;
const lastRetryMs = 30_000;
/** On shutdown, how long to wait for a store that does not answer, milliseconds. */
const closeLimitMs = 1_000;

export function createJournal({ clock, store, events, log }: JournalOptions): Journal {
  const outages = new Map<string, ObservedOutage>();
  const states: StateChange[] = [];
  const spans = new Map<string, WatchSpan>();
  const blind = new Map<string, BlindTime>();
  const closing = new AbortController();
  let writing: Promise<void> | null = null;

  const isEmpty = (): boolean => outages.size + states.length + spans.size + blind.size === 0;
  const take = (): WatchRecord => ({
    outages: [...outages.values()],
    states: [...states],
    spans: [...spans.values()],
    blind: [...blind.values()],
  });
  /** Removes written rows from the buffer, unless they were replaced meanwhile. */
  const forget = (record: WatchRecord): void => {
    const drop = <Row>(rows: Map<string, Row>, written: readonly Row[]): void => {
      for (const [key, row] of rows) if (written.includes(row)) rows.delete(key);
    };
    drop(outages, record.outages);
    drop(spans, record.spans);
    drop(blind, record.blind);
    states.splice(0, record.states.length);
  };

  const attempt = async (): Promise<boolean> => {
    const record = take();
    try {
      await store.put(record);
      forget(record);
      events.storeWritable(true);
      return true;
    } catch (error) {
      events.storeWritable(false);
      log.error({ err: error }, 'the store takes nothing of the watch; it is kept in memory and tried again');
      return false;
    }
  };

  const write = async (): Promise<void> => {
    let retryMs = firstRetryMs;
    while (!isEmpty() && !closing.signal.aborted) {
      if (await attempt()) continue;
      await clock.sleep(retryMs, closing.signal);
      retryMs = Math.min(2 * retryMs, lastRetryMs);
    }
    writing = null;
  };

  return {
    outage: (row) => void outages.set(`${row.port} ${row.start.at}`, row),
    state: (row) => void states.push(row),
    span: (row) => void spans.set(`${row.from}`, row),
    blind: (row) => void blind.set(`${row.port ?? ''} ${row.from} ${row.reason}`, row),
    flush: () => {
      if (!isEmpty()) writing ??= write();
    },
    close: async () => {
      closing.abort();
      const once = async (): Promise<void> => {
        await writing;
        if (!isEmpty()) await attempt();
      };
      const done = new AbortController();
      await Promise.race([once(), clock.sleep(closeLimitMs, done.signal)]);
      done.abort();
      if (!isEmpty())
        log.error(
          { outages: outages.size, states: states.length, spans: spans.size, blind: blind.size },
          'what the watch found last is lost: it could not be stored',
        );
    },
  };
}

interface NoteOptions {
  readonly observer: () => PopId;
  readonly journal: Journal;
  readonly events: Pick<EngineEvents, 'portState' | 'outageChanged' | 'unobserved'>;
  readonly log: Log;
}

/** Stores what happened to a port, and raises the event for it. */
interface Note {
  port(port: PopId, news: readonly PortNews[]): void;
  state(port: PopId, state: PortState, at: EpochMs, reason?: BlindReason): void;
}

export function createNote({ observer, journal, events, log }: NoteOptions): Note {
  const state: Note['state'] = (port, now, at, reason) => {
    journal.state({ observer: observer(), port, at, state: now, reason: reason ?? null });
    events.portState(port, now);
  };

  const outage = (row: ObservedOutage): void => {
    journal.outage(row);
    // The row has to be on disk before anything can happen to this process.
    journal.flush();
    events.outageChanged(row);
    const fields = { port: row.port, from: iso(row.start.at), to: row.end && iso(row.end.at) };
    if (row.voided) {
      state(row.port, 'unobserved', row.voided.at, row.voided.reason);
      log.warn({ ...fields, reason: row.voided.reason }, 'an outage is void: it says nothing of the port');
    } else if (row.end) log.info({ ...fields, ms: row.end.at - row.start.at }, 'an outage has ended');
    else if (row.inferred.length === 0) log.warn(fields, 'an outage has begun');
    else log.warn({ ...fields, inferred: row.inferred.length }, 'an outage goes on after unobserved time');
  };

  const one = (port: PopId, news: PortNews): void => {
    switch (news.kind) {
      case 'standing':
        state(port, news.standing, news.at);
        return;
      case 'outage':
        outage({ observer: observer(), port, ...news.outage });
        return;
      case 'blinded':
        // Other reasons concern the observer, and are stored once for all of its ports.
        if (news.reason === 'isolated') events.portState(port, 'unobserved');
        if (news.reason !== 'not-sent') return;
        journal.blind({ observer: observer(), port, from: news.from, to: null, reason: news.reason });
        state(port, 'unobserved', news.from, news.reason);
        log.warn({ port }, 'echoes to this port can not be sent');
        return;
      case 'observed-again': {
        const { from, to, reason } = news.blind;
        if (reason === 'isolated' && news.standing !== 'unknown') events.portState(port, news.standing);
        if (reason !== 'not-sent') return;
        journal.blind({ observer: observer(), port, from, to, reason });
        events.unobserved(port, to - from, reason);
        if (news.standing !== 'unknown') state(port, news.standing, to);
        log.info({ port, ms: to - from }, 'echoes to this port can be sent again');
      }
    }
  };
  return {
    state,
    port: (port, news) => {
      for (const item of news) one(port, item);
    },
  };
}

const iso = (at: EpochMs): string => new Date(at).toISOString();

/** The state that the previous run of the daemon left. */
interface Inheritance {
  /** The state of each port that it watched. */
  readonly ports: ReadonlyMap<PopId, PortWatch>;
}

interface RestoreOptions {
  readonly observer: PopId;
  readonly store: WatchStore;
  readonly journal: Journal;
  readonly rules: WatchRules;
  readonly isWatched: (port: PopId) => boolean;
  readonly now: EpochMs;
}

/**
 * Continues where the previous daemon stopped or crashed. The time since is unobserved. An outage in progress continues
 * until its end is observed; one of a port that is no longer watched ends where it was last observed.
 */
export async function restore(options: RestoreOptions): Promise<Inheritance> {
  const { observer, store, journal, rules, isWatched, now } = options;
  const [span, open, blind, states] = await Promise.all([
    store.latestSpan(observer),
    store.outages({ observer, open: true }),
    store.blind({ observer, open: true }),
    store.latestStates(observer),
  ]);
  const ports = new Map<PopId, PortWatch>();
  if (span === null) return { ports };
  const stopped = states.find(({ port }) => port === null)?.state === 'stopped';
  const reason: BlindReason = stopped ? 'stopped' : 'crashed';
  if (span.to < now) journal.blind({ observer, port: null, from: span.to, to: now, reason });
  for (const time of blind) journal.blind({ ...time, to: Math.max(time.from, now) });

  const decidedMs = burstEchoes(rules) * rules.burstEveryMs + rules.everyMs + 2 * rules.thresholdMs;
  for (const { port, state, at } of states) {
    if (port === null || state === 'unwatched') continue;
    const lasting = open.find((outage) => outage.port === port);
    // Its latest answered echo may have been the last one: suspicions are not stored.
    if (!lasting && state === 'up' && isWatched(port))
      ports.set(port, { ...newPort, lastAnsweredAt: Math.max(at, span.to - decidedMs) });
    if (!isWatched(port)) journal.state({ observer, port, at: span.to, state: 'unwatched', reason: null });
  }
  for (const outage of open) {
    const seenUntil = Math.max(span.to, outage.openedAt);
    if (isWatched(outage.port) && seenUntil <= now)
      ports.set(outage.port, stillDown(rules, storedOutage(outage), seenUntil, reason));
    else {
      const end = { at: seenUntil, earliest: seenUntil, latest: Math.max(seenUntil, now) };
      journal.outage({ ...outage, end, closedAt: now });
    }
  }
  return { ports };
}

function stillDown(rules: WatchRules, outage: Outage, from: EpochMs, reason: BlindReason): PortWatch {
  const known = from - rules.thresholdMs - rules.burstEveryMs;
  return {
    ...newPort,
    standing: 'down',
    outage,
    lastUnansweredAt: Math.max(outage.start.at, known),
    blind: { from, reason },
  };
}

const storedOutage = ({ start, end, openedAt, closedAt, inferred, voided }: ObservedOutage): Outage => ({
  start,
  end,
  openedAt,
  closedAt,
  inferred,
  voided,
});
