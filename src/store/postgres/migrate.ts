import type { Pool, PoolClient } from 'pg';
import { StoreError } from '../store.js';
import { toStoreError } from './errors.js';
import { migrations as all } from './migrations.js';
import type { Migration } from './migrations/migration.js';

/**
 * Advisory locks for work that only one program at a time may do on a database. The keys are the same in every version.
 */
export const locks = {
  schema: 0x504f5001,
  partitions: 0x504f5002,
  ledger: 0x504f5003,
  trail: 0x504f5004,
  faults: 0x504f5005,
  statements: 0x504f5006,
  /** Combined with the number of a month: a lock held for long work. */
  month: 0x504f5007,
  copy: 0x504f5008,
  watch: 0x504f5010,
  /** Combined with a key made of schema and agent: the writer lock. */
  writer: 0x504f5011,
} as const;

/** A large database takes longer than any other query may, milliseconds: an upgrade that is given up would begin again. */
const upgradeLimitMs = 86_400_000;

/** Upgrades the schema in one transaction that only one program runs at a time. Rejects with a `StoreError`. */
export async function migrate(
  pool: Pool,
  name: string,
  migrations: readonly Migration[] = all,
): Promise<void> {
  await inTransaction(pool, name, async (client) => {
    await client.query(`SELECT pg_advisory_xact_lock(${locks.schema})`);
    await client.query('CREATE TABLE IF NOT EXISTS pop_sla_schema (version integer PRIMARY KEY)');
    const from = await versionOf(client);
    refuseNewer(name, from, migrations);
    for (const { version, sql } of migrations) {
      if (version <= from) continue;
      const upgrade = { text: sql, query_timeout: upgradeLimitMs };
      await client.query(upgrade);
      await client.query(`INSERT INTO pop_sla_schema (version) VALUES (${version})`);
    }
  });
}

/** For programs that only read. Rejects with a `StoreError` when the schema is not the one this program knows. */
export async function requireCurrentSchema(pool: Pool, name: string, migrations = all): Promise<void> {
  await inTransaction(pool, name, async (client) => {
    const { rows } = await client.query<{ found: boolean }>(
      `SELECT to_regclass('pop_sla_schema') IS NOT NULL AS found`,
    );
    if (rows[0]?.found !== true) {
      throw new StoreError(`there is nothing of pop-sla in ${name} yet: \`pop-sla run\` makes it`, 'missing');
    }
    const version = await versionOf(client);
    refuseNewer(name, version, migrations);
    const latest = latestVersion(migrations);
    if (version < latest) {
      throw new StoreError(
        `${name} has schema ${version} and needs ${latest}: start \`pop-sla run\` once, it upgrades it`,
        'other',
      );
    }
  });
}

async function versionOf(client: PoolClient): Promise<number> {
  const { rows } = await client.query<{ version: number }>(
    'SELECT coalesce(max(version), 0) AS version FROM pop_sla_schema',
  );
  return rows[0]?.version ?? 0;
}

function refuseNewer(name: string, version: number, migrations: readonly Migration[]): void {
  const latest = latestVersion(migrations);
  if (version <= latest) return;
  throw new StoreError(
    `${name} has schema ${version}, and this program knows schemas up to ${latest}: run the newer program`,
    'newer-schema',
  );
}

const latestVersion = (migrations: readonly Migration[]): number => migrations.at(-1)?.version ?? 0;

async function inTransaction(pool: Pool, name: string, work: (client: PoolClient) => Promise<void>) {
  try {
    const client = await pool.connect();
    try {
      await client.query('BEGIN');
      await work(client);
      await client.query('COMMIT');
    } catch (error) {
      await client.query('ROLLBACK').catch(() => undefined);
      throw error;
    } finally {
      client.release();
    }
  } catch (error) {
    throw toStoreError(error, name);
  }
}
