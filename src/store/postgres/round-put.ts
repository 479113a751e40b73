import type { PoolClient } from 'pg';
import { countSize } from '../../core/measurement/counts.js';
import type { MissingRound, Round } from '../../core/measurement/round.js';
import { encodePackets } from '../packets/codec.js';
import { StoreFault, type RoundStore } from '../store.js';
import { copyRows, type Cell } from './copy.js';
import type { Connection, Query } from './database.js';
import { ensurePartitions, monthOfSlot } from './partitions.js';
import { pathNumbers } from './paths.js';

/** How many marks share a statement: a long absence leaves many thousands. */
const marksAtOnce = 5000;
/** How many rounds share a statement at most: bounds the memory of one transaction. */
const roundsAtOnce = 1000;

type Answer = 'stored' | 'already-stored';
interface Packed {
  readonly round: Round;
  readonly packed: Uint8Array;
}
interface Waiting extends Packed {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (reason: unknown) => void;
}

export function roundPut({ write }: Connection): Pick<RoundStore, 'put' | 'putMissing'> {
  /** Those that come while one waits for its turn go along with it: three statements, and not three each. */
  let gathering: Waiting[] | null = null;

  const settle = async (together: readonly Waiting[], answers: Promise<Answer[]>): Promise<void> => {
    try {
      const settled = await answers;
      together.forEach(({ resolve }, index) => {
        resolve(settled[index] ?? 'already-stored');
      });
    } catch (error) {
      const alone = together.length === 1 || (error instanceof StoreFault && error.kind !== 'other');
      if (alone) for (const { reject } of together) reject(error);
      // One bad round must not take its neighbours with it.
      else
        for (const one of together)
          void settle(
            [one],
            write((...on) => storeRounds(...on, [one])),
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
      return storeRounds(...on, together);
    });
    // Where no connection was to be had, its turn never came.
    void settle(together, answers.finally(isFull));
    return together;
  };
  return {
    put: (round) =>
      new Promise((resolve, reject) => {
        const packed = encodePackets(round.sizes); // a round it can't pack fails alone
        if (gathering === null || gathering.length >= roundsAtOnce) gathering = gather();
        gathering.push({ round, packed, resolve, reject });
      }),
    async putMissing(missing) {
      let added = 0;
      for (let at = 0; at < missing.length; at += marksAtOnce) {
        const part = missing.slice(at, at + marksAtOnce);
        added += await write((query) => mark(query, part));
      }
      return added;
    },
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
] as const;
const names = roundColumns.map(([name]) => name).join(', ');
const insertRounds = `INSERT INTO round (${names}, has_packets)
  SELECT ${names}, true FROM unnest(${roundColumns.map(([, type], n) => `$${n + 1}::${type}[]`).join(', ')})
    AS given (${names})
  ON CONFLICT DO NOTHING RETURNING path_id AS "pathId", slot`;
const sizeColumns =
  'path_id,slot,position,bytes,held,sent,received,sizes_with_latency,sizes_with_loss,rtt_sum_us,rtt_min_us,rtt_max_us,late,errors,not_sent,duplicates,mismatched'.split(
    ',',
  );

/** In the order given; of two rounds of the same path and slot the first. */
async function storeRounds(query: Query, client: PoolClient, given: readonly Packed[]): Promise<Answer[]> {
  const numbers = await pathNumbers(
    query,
    given.map(({ round }) => round.path),
  );
  await ensurePartitions(
    query,
    given.map(({ round }) => monthOfSlot(round.slot)),
  );
  const first = new Map<string, Packed>();
  for (const one of given) {
    const key = `${numbers.get(one.round.path) ?? ''} ${one.round.slot}`;
    if (!first.has(key)) first.set(key, one);
  }
  const rows = [...first.values()].map(({ round }) => roundRow(round, numbers.get(round.path) ?? 0));
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
    added.flatMap(({ pathId, one }) => sizeRows(one.round, pathId)),
  );
  await copyRows(
    client,
    'packets',
    ['path_id', 'slot', 'packed'],
    added.map(({ pathId, one }) => [pathId, one.round.slot, one.packed]),
  );
  const now = new Set(added.map(({ one }) => one));
  return given.map((one) => (now.has(one) ? 'stored' : 'already-stored'));
}

function roundRow(round: Round, pathId: number): Exclude<Cell, Uint8Array>[] {
  const { slot, status, reason, address, startedAt, endedAt, lostAfterMs, provenance } = round;
  const { driver, stamps, fallbackStamps, socketDrops, sendLagUs, calibration } = provenance;
  return [
    ...[pathId, slot, status, reason, address, startedAt, endedAt, lostAfterMs],
    ...[driver, stamps, fallbackStamps, socketDrops, sendLagUs],
    ...[calibration?.p50Us ?? null, calibration?.p99Us ?? null],
  ];
}

function sizeRows(round: Round, pathId: number): Cell[][] {
  const sizes = round.sizes.map(countSize);
  const withLatency = sizes.filter((size) => size.received > 0).length;
  const withLoss = sizes.filter((size) => size.sent > 0).length;
  const held = round.status === 'ok' && withLoss > 0 ? 1 : 0;
  return sizes.map((size, position) => [
    ...[pathId, round.slot, position, size.bytes, held, size.sent, size.received, withLatency, withLoss],
    ...[size.rttSumUs, size.rttMinUs, size.rttMaxUs, size.late, size.errors, size.notSent],
    ...[size.duplicates, size.mismatched],
  ]);
}

async function mark(query: Query, missing: readonly MissingRound[]): Promise<number> {
  const numbers = await pathNumbers(
    query,
    missing.map(({ path }) => path),
  );
  await ensurePartitions(
    query,
    missing.map(({ slot }) => monthOfSlot(slot)),
  );
  const added = await query(
    `INSERT INTO round (path_id, slot, status, reason)
     SELECT path_id, slot, 'missing', reason FROM unnest($1::bigint[], $2::bigint[], $3::text[])
       AS given (path_id, slot, reason)
     ON CONFLICT DO NOTHING RETURNING 1`,
    [
      missing.map(({ path }) => numbers.get(path) ?? 0),
      missing.map(({ slot }) => slot),
      missing.map(({ reason }) => reason),
    ],
  );
  return added.length;
}
