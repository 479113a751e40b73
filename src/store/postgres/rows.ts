import type { PoolClient } from 'pg';
import { summarise } from '../../core/measurement/figures.js';
import {
  asUnscheduled,
  isSameMeasurement,
  supersedes,
  type StoredRound,
  type StoredSlot,
} from '../../core/merge.js';
import { encodePackets } from '../packets/codec.js';
import { storedSlotOf } from '../round-rows.js';
import type { RowStore } from '../row-store.js';
import type { RoundStore } from '../store.js';
import { configuredPathWriter } from '../sql/runs.js';
import { watchMerger } from '../sql/watch-rows.js';
import type { Connection, PostgresDatabase, Query } from './database.js';
import { type RoundWithSizes, roundWithSizes } from './round-list.js';
import { storeMarks, storeRounds } from './round-put.js';

/** One round in the place of another, in one transaction. */
export function roundReplace({ write }: Connection): Pick<RoundStore, 'replace'> {
  return {
    async replace(round, { beside, why }) {
      const next: StoredRound = { ...summarise(round), packed: encodePackets(round.sizes) };
      await write(async (query, client) => {
        const stored = (await storedSlots(query, [next])).get(nameOf(next));
        if (stored && stored.status !== 'missing' && isSameMeasurement(stored, next)) return;
        if (stored) await remove(query, [stored]);
        const moved = stored && stored.status !== 'missing' ? [asUnscheduled(stored, beside, why)] : [];
        await storeRounds(query, client, [next, ...moved]);
      });
    },
  };
}

/** Merges rows from agents: one transaction for each batch that they send. */
export function rowStore({ write }: Connection, shared: PostgresDatabase): RowStore {
  const widenConfiguredPaths = configuredPathWriter(shared);
  const mergeWatch = watchMerger(shared);
  return {
    merge: ({ slots, watch, sightings }) =>
      write(async (query, client) => {
        await shared.run(client, widenConfiguredPaths(sightings));
        const stored = await mergeSlots(query, client, slots);
        return { slots: stored, watch: await shared.run(client, mergeWatch(watch)) };
      }),
  };
}

const nameOf = ({ path, slot }: { readonly path: string; readonly slot: number }): string =>
  `${path} ${slot}`;

async function mergeSlots(
  query: Query,
  client: PoolClient,
  given: readonly StoredSlot[],
): Promise<StoredSlot[]> {
  const best = new Map<string, StoredSlot>();
  for (const slot of given) {
    const other = best.get(nameOf(slot));
    if (other === undefined || supersedes(slot, other)) best.set(nameOf(slot), slot);
  }
  const added = new Set(await insert(query, client, [...best.values()]));
  const known = [...best.values()].filter((slot) => !added.has(slot));
  const better = known.length === 0 ? [] : await superseding(query, known);
  await remove(query, better);
  await insert(query, client, better);
  return [...added, ...better];
}

/** Inserts slots that have no row; resolves to those. */
async function insert(query: Query, client: PoolClient, slots: readonly StoredSlot[]): Promise<StoredSlot[]> {
  const rounds = slots.filter((slot): slot is StoredRound => slot.status !== 'missing');
  const marks = slots.filter((slot) => slot.status === 'missing');
  const answers = await storeRounds(query, client, rounds);
  const marked = new Set(marks.length === 0 ? [] : (await storeMarks(query, marks)).map(nameOf));
  return [
    ...rounds.filter((_, index) => answers[index] === 'stored'),
    ...marks.filter((mark) => marked.has(nameOf(mark))),
  ];
}

/** The slots that supersede the stored ones. */
async function superseding(query: Query, slots: readonly StoredSlot[]): Promise<StoredSlot[]> {
  const stored = await storedSlots(query, slots);
  return slots.filter((slot) => {
    const other = stored.get(nameOf(slot));
    return other === undefined || supersedes(slot, other);
  });
}

/** The stored rows of these slots in full, by name. */
async function storedSlots(
  query: Query,
  slots: readonly Pick<StoredSlot, 'path' | 'slot'>[],
): Promise<ReadonlyMap<string, StoredSlot>> {
  const stored = await query<RoundWithSizes & { readonly packed: Buffer | null }>(
    `SELECT ${roundWithSizes}, packets.packed FROM round JOIN path ON path.id = round.path_id
     LEFT JOIN packets USING (path_id, slot)
     WHERE (path.name, round.slot) IN (SELECT * FROM unnest(:paths::text[], :slots::bigint[]))`,
    { paths: slots.map(({ path }) => path), slots: slots.map(({ slot }) => slot) },
  );
  return new Map(
    stored.map(({ sizes, ...row }): [string, StoredSlot] => [
      nameOf(row),
      storedSlotOf(row, () => sizes ?? []),
    ]),
  );
}

async function remove(query: Query, slots: readonly StoredSlot[]): Promise<void> {
  if (slots.length === 0) return;
  for (const table of ['size', 'packets', 'round']) {
    await query(
      `DELETE FROM ${table} WHERE (path_id, slot) IN
         (SELECT path.id, given.slot FROM unnest(:paths::text[], :slots::bigint[]) AS given (name, slot)
          JOIN path USING (name))`,
      { paths: slots.map(({ path }) => path), slots: slots.map(({ slot }) => slot) },
    );
  }
}
