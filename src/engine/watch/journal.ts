import type {
  BlindTime,
  ObservedOutage,
  StateChange,
  WatchRecord,
  WatchSpan,
} from '../../core/watch/records.js';
import type { WatchStore } from '../../store/watch-store.js';
import type { Clock, EngineEvents, Log } from '../ports.js';

export interface JournalOptions {
  readonly clock: Clock;
  readonly store: Pick<WatchStore, 'put'>;
  readonly events: Pick<EngineEvents, 'storeWritable'>;
  readonly log: Log;
}

/** What the watch found, on its way to the store. Later rows of the same identity take the place of earlier ones. */
export interface Journal {
  outage(outage: ObservedOutage): void;
  state(change: StateChange): void;
  span(span: WatchSpan): void;
  blind(time: BlindTime): void;
  /** Writes what waits, and tries again until the store takes it. */
  flush(): void;
  /** Writes what waits once more, within a second; what is not taken then is lost, and said to be. */
  close(): Promise<void>;
}

const firstRetryMs = 1_000;
const lastRetryMs = 30_000;
/** At the end a store that does not answer is waited for no longer. */
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
  /** Forgets what was written, unless it was replaced meanwhile. */
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
