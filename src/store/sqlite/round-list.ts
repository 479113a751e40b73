import type { MissingSummary, RoundSummary } from '../../core/measurement/figures.js';
import type { IcmpErrorCount, MissingReason, SizeCounts, StampSource } from '../../core/measurement/round.js';
import type { StoredRound } from '../../core/merge.js';
import type { EpochMs, PathId } from '../../core/types.js';
import {
  roundColumns as storedColumns,
  roundRow as storedRow,
  sizeColumns,
  sizeRows,
} from '../round-rows.js';
import type { RoundQuery, RoundStore } from '../store.js';
import type { Connection } from './database.js';

export type MeasuredRow = {
  readonly pathId: number;
  readonly path: PathId;
  readonly slot: EpochMs;
  readonly status: RoundSummary['status'];
  readonly reason: string | null;
  readonly address: string | null;
  readonly startedAt: EpochMs;
  readonly endedAt: EpochMs;
  readonly lostAfterMs: number;
  readonly driver: string;
  readonly stamps: StampSource;
  readonly fallbackStamps: number;
  readonly socketDrops: number | null;
  readonly sendLagUs: number | null;
  readonly p50Us: number | null;
  readonly p99Us: number | null;
  /** JSON. */
  readonly icmpErrors: string | null;
};
export type MissingRow = {
  readonly path: PathId;
  readonly slot: EpochMs;
  readonly status: 'missing';
  readonly reason: MissingReason;
};
type Parameters = Record<'from' | 'to' | 'limit', number> & Record<'path' | 'after', string | null>;

/** The key of a round in the database. */
export interface RoundKey {
  readonly slot: EpochMs;
  readonly pathId: number;
}

export const sizesQuery = `SELECT bytes, sent, received, late, errors, not_sent AS notSent, duplicates, mismatched,
  rtt_sum_us AS rttSumUs, rtt_min_us AS rttMinUs, rtt_max_us AS rttMaxUs
  FROM size WHERE path_id = :pathId AND slot = :slot ORDER BY position`;

/** What is asked of `round`, with its path beside it. */
export const roundColumns = `path_id AS pathId, path.name AS path, slot, status, reason, address, started_at AS startedAt,
      ended_at AS endedAt, lost_after_ms AS lostAfterMs, driver, stamps, fallback_stamps AS fallbackStamps,
      socket_drops AS socketDrops, send_lag_us AS sendLagUs, calibration_p50_us AS p50Us, calibration_p99_us AS p99Us,
      icmp_errors AS icmpErrors`;

export function roundList({ db, read }: Connection): Pick<RoundStore, 'list'> {
  // As lists of values: there are hundreds in a page, and what makes objects of them by name is the slower half.
  const sizesOf = db.prepare<RoundKey, SizeValues>(sizesQuery).raw();
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
          .map((values) => {
            const row = roundRow(values);
            if (row.status === 'missing') return missingSummary(row);
            return summary(row, sizesOf.all({ pathId: row.pathId, slot: row.slot }).map(sizeCounts));
          }),
      ),
  };
}

function listSql({ path, after, order }: RoundQuery): string {
  const newest = order !== 'oldest';
  const boundary = newest ? 'round.slot = @to' : 'round.slot = @from';
  return `SELECT ${roundColumns}
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

export function summary(row: MeasuredRow, sizes: SizeCounts[]): RoundSummary {
  const { path, slot, status, reason, address, startedAt, endedAt, lostAfterMs } = row;
  const { driver, stamps, fallbackStamps, socketDrops, sendLagUs, p50Us, p99Us } = row;
  const calibration = p50Us === null || p99Us === null ? null : { p50Us, p99Us };
  const provenance = { driver, stamps, fallbackStamps, socketDrops, sendLagUs, calibration };
  return {
    path,
    slot,
    status,
    reason,
    address,
    startedAt,
    endedAt,
    lostAfterMs,
    provenance,
    sizes,
    ...(row.icmpErrors !== null && { icmpErrors: JSON.parse(row.icmpErrors) as IcmpErrorCount[] }),
  };
}

export function missingSummary({ path, slot, status, reason }: MissingRow): MissingSummary {
  return { path, slot, status, reason };
}

type Row = MeasuredRow | MissingRow;

/** A row of `roundColumns`, a value for each, in their order. */
type RoundValues = readonly [number, Row['path'], Row['slot'], Row['status'], ...(string | number | null)[]];

/** A row of `sizesQuery`. */
type SizeValues = readonly [
  ...[number, number, number, number, number, number, number, number, number],
  ...[number | null, number | null],
];

/** A list of values as the row that they are. */
function roundRow(values: RoundValues): Row {
  const [
    pathId,
    path,
    slot,
    status,
    reason,
    address,
    startedAt,
    endedAt,
    lostAfterMs,
    driver,
    stamps,
    ...rest
  ] = values;
  const [fallbackStamps, socketDrops, sendLagUs, p50Us, p99Us, icmpErrors] = rest;
  return {
    pathId,
    path,
    slot,
    status,
    reason,
    address,
    startedAt,
    endedAt,
    lostAfterMs,
    driver,
    stamps,
    fallbackStamps,
    socketDrops,
    sendLagUs,
    p50Us,
    p99Us,
    icmpErrors,
  } as Row;
}

function sizeCounts(values: SizeValues): SizeCounts {
  const [bytes, sent, received, late, errors, notSent, duplicates, mismatched, rttSumUs, rttMinUs, rttMaxUs] =
    values;
  return {
    bytes,
    sent,
    received,
    late,
    errors,
    notSent,
    duplicates,
    mismatched,
    rttSumUs,
    rttMinUs,
    rttMaxUs,
  };
}

/** Writes one round or mark, within a transaction of the caller's. */
interface RoundRows {
  isKnown(slot: EpochMs, pathId: number): boolean;
  insert(pathId: number, round: StoredRound): void;
  /** False where something is stored of the slot. */
  mark(pathId: number, slot: EpochMs, reason: string): boolean;
  /** Deletes the mark of a slot, where there is one; a round stays. */
  removeMark(slot: EpochMs, pathId: number): void;
  /** Deletes all marks of these paths' slots at or after `from`; returns how many there were. */
  removeMarksFrom(paths: readonly PathId[], from: EpochMs): number;
  /** Deletes the round or mark with its sizes and packets. */
  remove(slot: EpochMs, pathId: number): void;
}

/** An INSERT of these columns, each with the value of its own name. */
const insertInto = (table: string, columns: readonly string[]): string =>
  `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map((column) => `:${column}`).join(', ')})`;

export function roundRows(db: Connection['db']): RoundRows {
  const ofRound = 'slot = :slot AND path_id = :pathId';
  const insertRound = db.prepare<object>(insertInto('round', [...Object.keys(storedColumns), 'packets_id']));
  const insertSize = db.prepare<object>(insertInto('size', sizeColumns));
  const insertPackets = db.prepare<{ packed: Uint8Array }>('INSERT INTO packets (packed) VALUES (:packed)');
  const known = db.prepare<RoundKey, 1>(`SELECT 1 FROM round WHERE ${ofRound}`);
  const insertMissing = db.prepare<RoundKey & { readonly reason: string }>(
    `INSERT INTO round (slot, path_id, status, reason) VALUES (:slot, :pathId, 'missing', :reason)
     ON CONFLICT DO NOTHING`,
  );
  const removeMark = db.prepare<RoundKey>(`DELETE FROM round WHERE ${ofRound} AND status = 'missing'`);
  const removeMarksFrom = db.prepare<{ from: EpochMs; paths: string }>(
    `DELETE FROM round WHERE slot >= :from AND status = 'missing'
       AND path_id IN (SELECT id FROM path WHERE name IN (SELECT value FROM json_each(:paths)))`,
  );
  const remove = db.prepare<RoundKey>(`DELETE FROM round WHERE ${ofRound}`);
  return {
    isKnown: (slot, pathId) => known.get({ slot, pathId }) !== undefined,
    insert(pathId, round) {
      const { packed } = round;
      const packetsId = packed && Number(insertPackets.run({ packed }).lastInsertRowid);
      insertRound.run({ ...storedRow(round, pathId), packets_id: packetsId });
      for (const row of sizeRows(round, pathId)) insertSize.run(row);
    },
    mark: (pathId, slot, reason) => insertMissing.run({ slot, pathId, reason }).changes > 0,
    removeMark: (slot, pathId) => void removeMark.run({ slot, pathId }),
    removeMarksFrom: (paths, from) => removeMarksFrom.run({ from, paths: JSON.stringify(paths) }).changes,
    remove: (slot, pathId) => void remove.run({ slot, pathId }),
  };
}
