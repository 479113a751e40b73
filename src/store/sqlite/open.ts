import { resolve } from 'node:path';
import type { MissingRound, Round } from '../../core/measurement/round.js';
import { summarise } from '../../core/measurement/figures.js';
import type { StoredRound } from '../../core/merge.js';
import type { EpochMs, PathId } from '../../core/types.js';
import type { ForwardStore } from '../forward-store.js';
import { newestOf } from '../watch-store.js';
import { decodePackets, encodePackets } from '../packets/codec.js';
import {
  addedUp,
  measuredBySql,
  seriesPointOf,
  type SeriesRow,
  seriesSql,
  storedSumGroupsSql,
  type SumGroup,
  sumGroupOf,
  type SumGroupRow,
  sumGroupsSql,
  sumQueries,
  sumSourcesOf,
} from '../path-sums.js';
import type { MeasuredBy, PartOfPath, RoundStore, RoundWithin, SeriesQuery, Store } from '../store.js';
import type { WriterName } from '../writer-lock.js';
import { enteredStores, measuredStores } from '../sql/shared-stores.js';
import { connect } from './connect.js';
import { type Connection, connection, sqlDatabase, writtenThrough } from './database.js';
import { forwardStore } from './forward.js';
import { pathNumber, upkeepStore } from './upkeep.js';
import { roundList, roundRows } from './round-list.js';
import { roundReplace, rowStore } from './rows.js';

/** How many missing marks share a transaction: a long downtime leaves many thousands. */
const marksAtOnce = 1000;

/** Packets of rounds of slots before `packetsFrom` are not stored. */
export function roundPut(
  { db, write }: Connection,
  packetsFrom: EpochMs = -Infinity,
): Pick<RoundStore, 'put' | 'putAll' | 'putMissing' | 'removeMarks'> {
  const numberOf = pathNumber(db);
  const rows = roundRows(db);

  const store = (round: StoredRound): 'stored' | 'already-stored' => {
    const path = numberOf(round.path);
    // A measurement replaces the missing mark of a slot that was marked too early or by a wrong clock.
    rows.removeMissingMark(round.slot, path);
    if (rows.isKnown(round.slot, path)) return 'already-stored';
    rows.insert(path, round);
    return 'stored';
  };

  const mark = (missing: readonly MissingRound[]): number =>
    missing.filter(({ path, slot, reason }) => rows.markMissing(numberOf(path), slot, reason)).length;

  /** Encoded before the transaction, so that a round that can't be encoded fails alone. */
  const encoded = (round: Round): StoredRound => ({
    ...summarise(round),
    packed: round.slot < packetsFrom ? null : encodePackets(round.sizes),
  });

  return {
    async put(round) {
      const one = encoded(round);
      return write(() => store(one));
    },
    async putAll(rounds) {
      const all = rounds.map(encoded);
      return write(() => all.map(store));
    },
    async putMissing(missing) {
      const parts: Promise<number>[] = [];
      for (let at = 0; at < missing.length; at += marksAtOnce) {
        const part = missing.slice(at, at + marksAtOnce);
        parts.push(write(() => mark(part)));
      }
      return (await Promise.all(parts)).reduce((sum, added) => sum + added, 0);
    },
    removeMarks: (paths, from) => write(() => rows.removeMarksFrom(paths, from)),
  };
}

/**
 * The time that one step scans, milliseconds: for a large mesh it blocks the event loop for some tens of milliseconds.
 */
const stepMs = 12 * 3_600_000;

/** Rounds are stored in slot order: a month is one scan, done in steps. */
function measuredByQuery({ db, read }: Connection): Pick<RoundStore, 'measuredBy'> {
  const counts = db.prepare<{ from: EpochMs; to: EpochMs }, MeasuredBy>(measuredBySql);
  return {
    async measuredBy(from, to) {
      const rows: MeasuredBy[] = [];
      for (let start = from; start < to; start += stepMs) {
        rows.push(...(await read(() => counts.all({ from: start, to: Math.min(to, start + stepMs) }))));
        await new Promise(setImmediate);
      }
      return addedUp(rows);
    },
  };
}

export interface SqliteStoreOptions {
  /** The database file; missing parent folders are created. */
  readonly path: string;
  /** Reads only, alongside a daemon that writes. A missing file is an error then. */
  readonly readOnly?: boolean;
  /**
   * How long to wait for another process's lock, milliseconds, 2,000 by default; while opening it blocks the event
   * loop.
   */
  readonly busyTimeoutMs?: number;
  /** Files up to this size are checked completely when opened; 32 MiB by default. */
  readonly checkUpToBytes?: number;
  /** Nothing is durable before the store is closed: for filling a file that is renamed into place afterwards. */
  readonly bulk?: boolean;
  /** Packets of rounds of slots before this instant are not stored, as if their retention had passed. */
  readonly packetsFrom?: EpochMs;
  /** Holds the writer lock until closed, as a daemon does. Without it, the store writes alongside the lock's holder. */
  readonly writer?: WriterName;
}

/** An agent's store, which also tracks what its hub has not received yet. */
export interface SqliteStore extends Store {
  readonly forward: ForwardStore;
}

/** Opens the store in an SQLite file, and upgrades its schema. Rejects with a `StoreError`. */
export function openSqliteStore(options: SqliteStoreOptions): Promise<SqliteStore> {
  return new Promise((done) => {
    const file = resolve(options.path);
    const patienceMs = options.busyTimeoutMs ?? 2000;
    const { db, lock } = connect({
      file,
      readOnly: options.readOnly ?? false,
      busyTimeoutMs: patienceMs,
      checkUpToBytes: options.checkUpToBytes ?? 32 * 2 ** 20,
      writer: options.writer ?? null,
    });
    const bulk = options.bulk ?? false;
    const on = connection(db, file, { bulk, patienceMs });
    const shared = sqlDatabase(on);
    const entered = bulk || db.memory ? shared : sqlDatabase(writtenThrough(on));
    const store: SqliteStore = {
      rounds: {
        ...roundPut(on, options.packetsFrom),
        ...roundReplace(on),
        ...roundList(on),
        ...roundReads(on),
        ...monthSumsQuery(on),
        ...measuredByQuery(on),
      },
      ...measuredStores(shared),
      ...enteredStores(entered),
      rows: rowStore(on, shared),
      forward: forwardStore(on, shared),
      upkeep: upkeepStore(on, shared),
      close: async () => {
        await on.close();
        await lock?.release();
      },
    };
    // From here on, waiting for a lock happens between turns of the event loop.
    db.pragma('busy_timeout = 0');
    done(store);
  });
}

/** One part of a path at a time, so that it blocks the event loop for a few milliseconds at most. */
export function monthSumsQuery({ db, read }: Connection): Pick<RoundStore, 'monthSums' | 'partSums'> {
  const paths = db.prepare<[], PathId>('SELECT name FROM path ORDER BY name').pluck();
  const ofPath = 'path_id = (SELECT id FROM path WHERE name = :path)';
  const prepare = (sql: string) => db.prepare<PartOfPath, SumGroupRow>(sql).safeIntegers();
  const ofSizes = prepare(sumGroupsSql(`${ofPath} AND slot >= :from AND slot < :to`));
  const ofStored = prepare(storedSumGroupsSql(`${ofPath} AND since >= :from AND since < :to`));
  const groups = ({ path, ...part }: PartOfPath): SumGroup[] => {
    const { stored, sizes } = sumSourcesOf(part);
    const rows = sizes.flatMap((span) => ofSizes.all({ path, ...span }));
    if (stored) rows.push(...ofStored.all({ path, ...stored }));
    return rows.map(sumGroupOf);
  };
  return sumQueries({
    everyPath: () => read(() => paths.all()),
    async groupsOf(parts) {
      const found: SumGroup[][] = [];
      for (const part of parts) {
        found.push(await read(() => groups(part)));
        await new Promise(setImmediate);
      }
      return found;
    },
  });
}

/** Reads of one path's rounds. */
export function roundReads({
  db,
  read,
}: Connection): Pick<RoundStore, 'packets' | 'accounted' | 'newest' | 'within' | 'series'> {
  const packed = db
    .prepare<{ slot: EpochMs; path: PathId }, Uint8Array>(
      `SELECT packed FROM round JOIN packets ON packets.id = round.packets_id
       WHERE slot = :slot AND path_id = (SELECT id FROM path WHERE name = :path)`,
    )
    .pluck();
  const slots = db
    .prepare<PartOfPath, EpochMs>(
      `SELECT slot FROM round INDEXED BY round_of_path
       WHERE path_id = (SELECT id FROM path WHERE name = :path) AND slot >= :from AND slot < :to ORDER BY slot`,
    )
    .pluck();
  // One index look-up for each path, where grouping would scan the whole index.
  const newest = db.prepare<[], { path: PathId; slot: EpochMs | null }>(
    `SELECT name AS path, (SELECT slot FROM round INDEXED BY round_of_path
       WHERE path_id = path.id AND status <> 'unscheduled' ORDER BY slot DESC LIMIT 1) AS slot FROM path`,
  );
  // One index look-up for each path, since only a small part of the rounds is within that time.
  const within = db.prepare<
    [Record<'paths', string> & Record<'slotFrom' | 'from' | 'to', number>],
    RoundWithin
  >(
    `SELECT path.name AS path, started_at AS startedAt, ended_at AS endedAt,
       (SELECT coalesce(sum(sent), 0) FROM size WHERE size.path_id = round.path_id AND size.slot = round.slot) AS sent,
       (SELECT coalesce(sum(received), 0) FROM size
        WHERE size.path_id = round.path_id AND size.slot = round.slot) AS received
     FROM json_each(:paths) AS wanted CROSS JOIN path ON path.name = wanted.value
       CROSS JOIN round INDEXED BY round_of_path
         ON round.path_id = path.id AND round.slot >= :slotFrom AND round.slot < :to
     WHERE started_at >= :from AND ended_at <= :to`,
  );
  const series = db.prepare<SeriesQuery, SeriesRow>(seriesSql);
  return {
    series: (query) => read(() => series.all(query).map(seriesPointOf)),
    within: ({ paths, from, to, slotWithinMs }) =>
      read(() =>
        within
          .all({ paths: JSON.stringify(paths), slotFrom: from - slotWithinMs, from, to })
          .sort((a, b) => a.startedAt - b.startedAt || (a.path < b.path ? -1 : 1)),
      ),
    packets: (path, slot) =>
      read(() => {
        const bytes = packed.get({ slot, path });
        return bytes === undefined ? null : decodePackets(bytes);
      }),
    accounted: (path, from, to) => read(() => slots.all({ path, from, to })),
    newest: () => read(() => newestOf(newest.all())),
  };
}
