import type { PoolClient } from 'pg';
import type { MissingRound } from '../../core/measurement/round.js';
import { summarise } from '../../core/measurement/figures.js';
import type { StoredRound } from '../../core/merge.js';
import { encodePackets } from '../packets/codec.js';
import { StoreError, type RoundStore } from '../store.js';
import { copyRows, type Cell } from './copy.js';
import type { Connection, Query, Value } from './database.js';
import { ensurePartitions, monthOfSlot, pathNumbers } from './upkeep.js';

/** How many missing marks share a statement: a long downtime leaves many thousands. */
const marksAtOnce = 5000;
/** The most rounds in a statement, which bounds the memory of one transaction. */
const roundsAtOnce = 1000;

type Answer = 'stored' | 'already-stored';
type RoundCell = Exclude<Value, Uint8Array | readonly Value[]>;
interface Waiting {
  readonly round: StoredRound;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (reason: unknown) => void;
}

export function roundPut({
  write,
  change,
}: Connection): Pick<RoundStore, 'put' | 'putMissing' | 'removeMarks'> {
  /** Rounds submitted while one waits for the transaction join it: three statements in total instead of three each. */
  let gathering: Waiting[] | null = null;

  const settle = async (together: readonly Waiting[], answers: Promise<Answer[]>): Promise<void> => {
    try {
      const settled = await answers;
      together.forEach(({ resolve }, index) => {
        resolve(settled[index] ?? 'already-stored');
      });
    } catch (error) {
      const alone = together.length === 1 || (error instanceof StoreError && error.kind !== 'other');
      if (alone) for (const { reject } of together) reject(error);
      // One invalid round must not make the others fail.
      else
        for (const one of together)
          void settle(
            [one],
            write((...on) => storeRounds(...on, [one.round])),
          );
    }
  };
  const gather = (): Waiting[] => {
    const together: Waiting[] = [];
    const isFull = (): void => {
      if (gathering === together) gathering = null;
    };
    const answers = write((...on) => {
      isFull();
      return storeRounds(
        ...on,
        together.map(({ round }) => round),
      );
    });
    // When no connection was available, the transaction never ran.
    void settle(together, answers.finally(isFull));
    return together;
  };
  return {
    put: (round) =>
      new Promise((resolve, reject) => {
        const packed = encodePackets(round.sizes); // a round that can't be encoded fails alone
        if (gathering === null || gathering.length >= roundsAtOnce) gathering = gather();
        gathering.push({ round: { ...summarise(round), packed }, resolve, reject });
      }),
    async putMissing(missing) {
      let added = 0;
      for (let at = 0; at < missing.length; at += marksAtOnce) {
        const part = missing.slice(at, at + marksAtOnce);
        added += (await write((query) => storeMarks(query, part))).length;
      }
      return added;
    },
    removeMarks: (paths, from) =>
      change(
        `DELETE FROM round WHERE slot >= $1 AND status = 'missing'
           AND path_id IN (SELECT id FROM path WHERE name = ANY($2::text[]))`,
        [from, paths],
      ),
  };
}

const roundColumns = [
  ['path_id', 'bigint'],
  ['slot', 'bigint'],
  ['status', 'text'],
  ['reason', 'text'],
  ['address', 'text'],
  ['started_at', 'bigint'],
  ['ended_at', 'bigint'],
  ['lost_after_ms', 'bigint'],
  ['driver', 'text'],
  ['stamps', 'text'],
  ['fallback_stamps', 'bigint'],
  ['socket_drops', 'bigint'],
  ['send_lag_us', 'double precision'],
  ['calibration_p50_us', 'double precision'],
  ['calibration_p99_us', 'double precision'],
  ['has_packets', 'boolean'],
  ['icmp_errors', 'text'],
] as const;
const names = roundColumns.map(([name]) => name).join(', ');
const insertRounds = `INSERT INTO round (${names})
  SELECT ${names} FROM unnest(${roundColumns.map(([, type], n) => `$${n + 1}::${type}[]`).join(', ')})
    AS given (${names})
  ON CONFLICT DO NOTHING RETURNING path_id AS "pathId", slot`;
const sizeColumns =
  'path_id,slot,position,bytes,held,sent,received,sizes_with_latency,sizes_with_loss,rtt_sum_us,rtt_min_us,rtt_max_us,late,errors,not_sent,duplicates,mismatched'.split(
    ',',
  );

/** In the given order; of two rounds with the same path and slot the first is stored. */
export async function storeRounds(
  query: Query,
  client: PoolClient,
  given: readonly StoredRound[],
): Promise<Answer[]> {
  if (given.length === 0) return [];
  const numbers = await pathNumbers(
    query,
    given.map(({ path }) => path),
  );
  await ensurePartitions(
    query,
    given.map(({ slot }) => monthOfSlot(slot)),
  );
  const first = new Map<string, StoredRound>();
  for (const one of given) {
    const key = `${numbers.get(one.path) ?? ''} ${one.slot}`;
    if (!first.has(key)) first.set(key, one);
  }
  // A measurement replaces the missing mark of a slot that was marked too early or by a wrong clock.
  await query(
    `DELETE FROM round USING unnest($1::bigint[], $2::bigint[]) AS given (path_id, slot)
     WHERE (round.path_id, round.slot) = (given.path_id, given.slot) AND status = 'missing'`,
    [
      [...first.values()].map(({ path }) => numbers.get(path) ?? 0),
      [...first.values()].map(({ slot }) => slot),
    ],
  );
  const rows = [...first.values()].map((round) => roundRow(round, numbers.get(round.path) ?? 0));
  const columns = roundColumns.map((_, index) => rows.map((row) => row[index] ?? null));
  const stored = await query<{ pathId: number; slot: number }>(insertRounds, columns);
  const added = stored.flatMap(({ pathId, slot }) => {
    const one = first.get(`${pathId} ${slot}`);
    return one ? [{ pathId, one }] : [];
  });
  await copyRows(
    client,
    'size',
    sizeColumns,
    added.flatMap(({ pathId, one }) => sizeRows(one, pathId)),
  );
  await copyRows(
    client,
    'packets',
    ['path_id', 'slot', 'packed'],
    added.flatMap(({ pathId, one }) => (one.packed === null ? [] : [[pathId, one.slot, one.packed]])),
  );
  const now = new Set(added.map(({ one }) => one));
  return given.map((one) => (now.has(one) ? 'stored' : 'already-stored'));
}

function roundRow(round: StoredRound, pathId: number): RoundCell[] {
  const { slot, status, reason, address, startedAt, endedAt, lostAfterMs, provenance } = round;
  const { driver, stamps, fallbackStamps, socketDrops, sendLagUs, calibration } = provenance;
  return [
    ...[pathId, slot, status, reason, address, startedAt, endedAt, lostAfterMs],
    ...[driver, stamps, fallbackStamps, socketDrops, sendLagUs],
    ...[calibration?.p50Us ?? null, calibration?.p99Us ?? null, round.packed !== null],
    round.icmpErrors ? JSON.stringify(round.icmpErrors) : null,
  ];
}

function sizeRows({ slot, status, sizes }: StoredRound, pathId: number): Cell[][] {
  const withLatency = sizes.filter((size) => size.received > 0).length;
  const withLoss = sizes.filter((size) => size.sent > 0).length;
  const held = status === 'ok' && withLoss > 0 ? 1 : 0;
  return sizes.map((size, position) => [
    ...[pathId, slot, position, size.bytes, held, size.sent, size.received, withLatency, withLoss],
    ...[size.rttSumUs, size.rttMinUs, size.rttMaxUs, size.late, size.errors, size.notSent],
    ...[size.duplicates, size.mismatched],
  ]);
}

/** Resolves to the marks that were new. */
export async function storeMarks(query: Query, missing: readonly MissingRound[]): Promise<MissingRound[]> {
  const numbers = await pathNumbers(
    query,
    missing.map(({ path }) => path),
  );
  await ensurePartitions(
    query,
    missing.map(({ slot }) => monthOfSlot(slot)),
  );
  return query<MissingRound>(
    `WITH added AS (
       INSERT INTO round (path_id, slot, status, reason)
       SELECT path_id, slot, 'missing', reason FROM unnest($1::bigint[], $2::bigint[], $3::text[])
         AS given (path_id, slot, reason)
       ON CONFLICT DO NOTHING RETURNING path_id, slot, reason)
     SELECT path.name AS path, slot, reason FROM added JOIN path ON path.id = path_id`,
    [
      missing.map(({ path }) => numbers.get(path) ?? 0),
      missing.map(({ slot }) => slot),
      missing.map(({ reason }) => reason),
    ],
  );
}
