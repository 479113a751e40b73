import type { EpochMs } from '../../core/types.js';
import type { Query } from './database.js';
import { locks } from './locks.js';

export const partitioned = ['round', 'size', 'packets'] as const;

/** `2026-10`: the UTC month of a slot. */
export const monthOfSlot = (slot: EpochMs): string => new Date(slot).toISOString().slice(0, 7);

/** Makes the months' partitions where they are missing. */
export async function ensurePartitions(query: Query, months: Iterable<string>): Promise<void> {
  const wanted = [...new Set(months)];
  const tables = wanted.flatMap((month) => partitioned.map((table) => partitionName(table, month)));
  const missing = await query(
    `SELECT FROM unnest($1::text[]) AS name WHERE to_regclass(quote_ident(name)) IS NULL`,
    [tables],
  );
  if (missing.length === 0) return;
  await query('SELECT pg_advisory_xact_lock($1)', [locks.partitions]);
  for (const month of wanted) {
    const { from, to } = boundsOf(month);
    for (const table of partitioned) {
      await query(
        `CREATE TABLE IF NOT EXISTS "${partitionName(table, month)}" PARTITION OF ${table}
         FOR VALUES FROM (${from}) TO (${to})`,
      );
    }
  }
}

/** The months that have partitions, oldest first. */
export async function partitionMonths(query: Query): Promise<{ month: string; to: EpochMs }[]> {
  const rows = await query<{ name: string }>(
    `SELECT child.relname AS name FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid
     WHERE inhparent = to_regclass('round') ORDER BY 1`,
  );
  return rows.flatMap(({ name }) => {
    const match = /^round_(\d{4,})_(\d\d)$/.exec(name);
    if (!match) return [];
    const month = `${match[1]}-${match[2]}`;
    return [{ month, to: boundsOf(month).to }];
  });
}

export const partitionName = (table: string, month: string): string => `${table}_${month.replace('-', '_')}`;

function boundsOf(month: string): { from: EpochMs; to: EpochMs } {
  const [year, number] = month.split('-').map(Number) as [number, number];
  return { from: Date.UTC(year, number - 1, 1), to: Date.UTC(year, number, 1) };
}
