import type { PoolClient } from 'pg';
import type { MissingRound } from '../../core/measurement/round.js';
import { summarise } from '../../core/measurement/figures.js';
import type { StoredRound } from '../../core/merge.js';
import { encodePackets } from '../packets/codec.js';
import { mostMarksTold, type RoundStore, StoreError } from '../store.js';
import { roundColumns, roundRow, sizeColumns, sizeRows } from '../round-rows.js';
import { copyRows } from './copy.js';
import type { Connection, Query } from './database.js';
import { ensurePartitions, monthOfSlot, pathNumbers } from './upkeep.js';

/** How many missing marks share a statement: a long downtime leaves many thousands. */
const marksAtOnce = 5000;
/** The most rounds in a statement, which bounds the memory of one transaction. */
const roundsAtOnce = 1000;

type Answer = 'stored' | 'already-stored';
interface Waiting {
  readonly round: StoredRound;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (reason: unknown) => void;
}

export function roundPut({
  write,
}: Connection): Pick<RoundStore, 'put' | 'putAll' | 'putMissing' | 'removeMarks'> {
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
    async putAll(rounds) {
      const all = rounds.map((round) => ({ ...summarise(round), packed: encodePackets(round.sizes) }));
      return write((...on) => storeRounds(...on, all));
    },
    async putMissing(missing) {
      let added = 0;
      for (let at = 0; at < missing.length; at += marksAtOnce) {
        const part = missing.slice(at, at + marksAtOnce);
        added += (await write((query) => storeMarks(query, part))).length;
      }
      return added;
    },
    removeMarks: (paths, from) =>
      write(async (query) => {
        const which = `slot >= :from AND status = 'missing'
          AND path_id IN (SELECT id FROM path WHERE name = ANY(:paths::text[]))`;
        const earliest = await query<MissingRound>(
          `SELECT path.name AS path, slot, reason FROM round JOIN path ON path.id = path_id
           WHERE ${which} ORDER BY slot, path.name LIMIT :most`,
          { from, paths, most: mostMarksTold },
        );
        const [removed] = await query<{ readonly count: number }>(
          `WITH removed AS (DELETE FROM round WHERE ${which} RETURNING 1)
           SELECT count(*) AS count FROM removed`,
          { from, paths },
        );
        return { count: removed?.count ?? 0, earliest };
      }),
  };
}

const insertedColumns = { ...roundColumns, has_packets: 'boolean' } as const;
type InsertedRow = Readonly<Record<keyof typeof insertedColumns, string | number | boolean | null>>;
const names = Object.keys(insertedColumns) as (keyof InsertedRow)[];
const insertRounds = `INSERT INTO round (${names.join(', ')})
  SELECT ${names.join(', ')}
  FROM unnest(${names.map((name) => `:${name}::${insertedColumns[name]}[]`).join(', ')})
    AS given (${names.join(', ')})
  ON CONFLICT DO NOTHING RETURNING path_id AS "pathId", slot`;

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
    `DELETE FROM round USING unnest(:pathIds::bigint[], :slots::bigint[]) AS given (path_id, slot)
     WHERE (round.path_id, round.slot) = (given.path_id, given.slot) AND status = 'missing'`,
    {
      pathIds: [...first.values()].map(({ path }) => numbers.get(path) ?? 0),
      slots: [...first.values()].map(({ slot }) => slot),
    },
  );
  const rows = [...first.values()].map((round): InsertedRow => ({
    ...roundRow(round, numbers.get(round.path) ?? 0),
    has_packets: round.packed !== null,
  }));
  const columns = Object.fromEntries(names.map((name) => [name, rows.map((row) => row[name])]));
  const stored = await query<{ pathId: number; slot: number }>(insertRounds, columns);
  const added = stored.flatMap(({ pathId, slot }) => {
    const one = first.get(`${pathId} ${slot}`);
    return one ? [{ pathId, one }] : [];
  });
  await copyRows(
    client,
    'size',
    sizeColumns,
    added.flatMap(({ pathId, one }) =>
      sizeRows(one, pathId).map((row) => sizeColumns.map((column) => row[column])),
    ),
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
       SELECT path_id, slot, 'missing', reason FROM unnest(:pathIds::bigint[], :slots::bigint[], :reasons::text[])
         AS given (path_id, slot, reason)
       ON CONFLICT DO NOTHING RETURNING path_id, slot, reason)
     SELECT path.name AS path, slot, reason FROM added JOIN path ON path.id = path_id`,
    {
      pathIds: missing.map(({ path }) => numbers.get(path) ?? 0),
      slots: missing.map(({ slot }) => slot),
      reasons: missing.map(({ reason }) => reason),
    },
  );
}
