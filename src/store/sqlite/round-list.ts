import type { MissingRound, SizeCounts } from '../../core/measurement/round.js';
import type { StoredRound } from '../../core/merge.js';
import type { EpochMs, PathId } from '../../core/types.js';
import {
  countColumns,
  type MeasuredRow,
  type MissingRow,
  roundColumns,
  roundRow,
  selectedColumns,
  selectedNames,
  sizeColumns,
  sizeRows,
  summaryOf,
} from '../round-rows.js';
import { mostMarksTold, type RemovedMarks, type RoundQuery, type RoundStore } from '../store.js';
import type { Connection } from './database.js';

type Parameters = Record<'from' | 'to' | 'limit', number> & Record<'path' | 'after', string | null>;

/** The key of a round in the database. */
export interface RoundKey {
  readonly slot: EpochMs;
  readonly pathId: number;
}

export const sizesQuery = `SELECT ${Object.entries(countColumns)
  .map(([name, column]) => `${column} AS ${name}`)
  .join(', ')} FROM size WHERE path_id = :pathId AND slot = :slot ORDER BY position`;

export function roundList({ db, read }: Connection): Pick<RoundStore, 'list'> {
  // Raw arrays: a page has hundreds of rows, and building objects by name takes half of the time.
  const sizesOf = db.prepare<RoundKey, Cell[]>(sizesQuery).raw();
  // A statement for each shape of question, made when it is first asked: one for all could not use the indexes.
  const prepared = new Map<string, ReturnType<typeof prepare>>();
  const prepare = (sql: string) => db.prepare<[Parameters], RoundValues>(sql).raw();
  const statement = (query: RoundQuery) => {
    const sql = listSql(query);
    const known = prepared.get(sql) ?? prepare(sql);
    prepared.set(sql, known);
    return known;
  };
  return {
    list: (query) =>
      read(() =>
        statement(query)
          .all(parameters(query))
          .map(([pathId, ...values]) => {
            const row = named(selectedNames, values) as MeasuredRow | MissingRow;
            return summaryOf(row, () =>
              sizesOf
                .all({ pathId, slot: row.slot })
                .map((counts) => named(countNames, counts) as SizeCounts),
            );
          }),
      ),
  };
}

function listSql({ path, after, order }: RoundQuery): string {
  const newest = order !== 'oldest';
  const boundary = newest ? 'round.slot = @to' : 'round.slot = @from';
  return `SELECT path_id, ${selectedColumns}
    FROM round CROSS JOIN path ON path.id = round.path_id
    WHERE slot >= @from AND slot <= @to
      ${path === undefined ? '' : 'AND path_id = (SELECT id FROM path WHERE name = @path)'}
      ${after === undefined ? '' : `AND NOT (${boundary} AND path.name <= @after)`}
    ORDER BY slot ${newest ? 'DESC' : 'ASC'}, path.name LIMIT @limit`;
}

/** The cursor narrows the slots to those from its own on; at that slot only the paths behind it are left. */
function parameters(query: RoundQuery): Parameters {
  const { after, order, limit } = query;
  const from = query.from ?? Number.MIN_SAFE_INTEGER;
  const to = (query.to ?? Number.MAX_SAFE_INTEGER) - 1; // the last slot: whole milliseconds
  const bounds =
    after === undefined
      ? { from, to }
      : order === 'oldest'
        ? { from: Math.max(from, after.slot), to }
        : { from, to: Math.min(to, after.slot) };
  // Where the range starts behind the cursor anyway, the cursor has nothing more to say.
  const reached = after !== undefined && (order === 'oldest' ? bounds.from : bounds.to) === after.slot;
  return { ...bounds, limit, path: query.path ?? null, after: reached ? after.path : '' };
}

/** The id of the path, then a value for each of `selectedNames`. */
type RoundValues = readonly [number, ...Cell[]];
type Cell = string | number | null;

const countNames = Object.keys(countColumns);

/** A list of values under their names, always in the same order. */
function named(names: readonly string[], values: readonly Cell[]): object {
  const row: Record<string, Cell | undefined> = {};
  for (let at = 0; at < names.length; at += 1) row[names[at] ?? ''] = values[at];
  return row;
}

/** Writes one round or mark, within a transaction of the caller's. */
interface RoundRows {
  isKnown(slot: EpochMs, pathId: number): boolean;
  insert(pathId: number, round: StoredRound): void;
  /** False where something is stored of the slot. */
  markMissing(pathId: number, slot: EpochMs, reason: string): boolean;
  /** Deletes the mark of a slot, where there is one; a round stays. */
  removeMissingMark(slot: EpochMs, pathId: number): void;
  /** Deletes all marks of these paths' slots at or after `from`, and returns what they said. */
  removeMarksFrom(paths: readonly PathId[], from: EpochMs): RemovedMarks;
  /** Deletes the round or mark with its sizes and packets. */
  remove(slot: EpochMs, pathId: number): void;
}

/** An INSERT of these columns, each with the value of its own name. */
const insertInto = (table: string, columns: readonly string[]): string =>
  `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map((column) => `:${column}`).join(', ')})`;

export function roundRows(db: Connection['db']): RoundRows {
  const ofRound = 'slot = :slot AND path_id = :pathId';
  const insertRound = db.prepare<object>(insertInto('round', [...Object.keys(roundColumns), 'packets_id']));
  const insertSize = db.prepare<object>(insertInto('size', sizeColumns));
  const insertPackets = db.prepare<{ packed: Uint8Array }>('INSERT INTO packets (packed) VALUES (:packed)');
  const known = db.prepare<RoundKey, 1>(`SELECT 1 FROM round WHERE ${ofRound}`);
  const insertMissing = db.prepare<RoundKey & { readonly reason: string }>(
    `INSERT INTO round (slot, path_id, status, reason) VALUES (:slot, :pathId, 'missing', :reason)
     ON CONFLICT DO NOTHING`,
  );
  const removeMissing = db.prepare<RoundKey>(`DELETE FROM round WHERE ${ofRound} AND status = 'missing'`);
  const marksFrom = `slot >= :from AND status = 'missing'`;
  const ofPaths = 'path_id IN (SELECT id FROM path WHERE name IN (SELECT value FROM json_each(:paths)))';
  const earliestMarks = db.prepare<{ from: EpochMs; paths: string; most: number }, MissingRound>(
    // In the order of the primary key, so that the earliest ones are read and nothing is sorted.
    `SELECT path.name AS path, slot, reason FROM round CROSS JOIN path ON path.id = path_id
     WHERE ${marksFrom} AND +${ofPaths} ORDER BY slot, path_id LIMIT :most`,
  );
  const removeMarksFrom = db.prepare<{ from: EpochMs; paths: string }>(
    `DELETE FROM round WHERE ${marksFrom} AND ${ofPaths}`,
  );
  const remove = db.prepare<RoundKey>(`DELETE FROM round WHERE ${ofRound}`);
  return {
    isKnown: (slot, pathId) => known.get({ slot, pathId }) !== undefined,
    insert(pathId, round) {
      const { packed } = round;
      const packetsId = packed && Number(insertPackets.run({ packed }).lastInsertRowid);
      insertRound.run({ ...roundRow(round, pathId), packets_id: packetsId });
      for (const row of sizeRows(round, pathId)) insertSize.run(row);
    },
    markMissing: (pathId, slot, reason) => insertMissing.run({ slot, pathId, reason }).changes > 0,
    removeMissingMark: (slot, pathId) => void removeMissing.run({ slot, pathId }),
    removeMarksFrom(paths, from) {
      const which = { from, paths: JSON.stringify(paths) };
      const earliest = earliestMarks.all(Object.assign({ most: mostMarksTold }, which));
      return { count: removeMarksFrom.run(which).changes, earliest };
    },
    remove: (slot, pathId) => void remove.run({ slot, pathId }),
  };
}
