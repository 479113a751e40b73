import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { connection, sqlDatabase } from '../../../src/store/sqlite/database.js';
import { migrate } from '../../../src/store/sqlite/connect.js';
import { monthSumsQuery, roundPut, roundReads } from '../../../src/store/sqlite/open.js';
import { roundList } from '../../../src/store/sqlite/round-list.js';
import { sweeper } from '../../../src/store/sqlite/upkeep.js';
import { tempDir } from '../../support/temp-dir.js';
import { round, slotAt } from '../support.js';

test('no statement walks through a whole table of rounds, sizes or packets', async () => {
  const file = join(tempDir(), 'store.db');
  const db = new Database(file);
  migrate(db, file);
  const statements = new Set<string>();
  const prepare = db.prepare.bind(db);
  const on = connection(
    new Proxy(db, {
      get(target, key) {
        if (key === 'prepare') {
          return (sql: string) => {
            statements.add(sql);
            return prepare(sql);
          };
        }
        const value: unknown = Reflect.get(target, key, target);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    }),
    file,
    { bulk: false, patienceMs: 0 },
  );
  const [put, list, month] = [roundPut(on), roundList(on), monthSumsQuery(on)];
  roundReads(on);
  await put.put(round());
  const after = { slot: slotAt(0), path: 'HKG>SIN' } as const;
  for (const order of ['newest', 'oldest'] as const) {
    for (const query of [
      {},
      { path: 'HKG>SIN' },
      { from: slotAt(0), to: slotAt(3) },
      { after },
      { after, path: 'HKG>SIN' },
    ] as const) {
      await list.list({ ...query, order, limit: 5 });
    }
  }
  await month.monthSums({ from: 0, to: slotAt(9) });
  await sweeper(on, sqlDatabase(on)).sweep(0, 0);

  expect(statements.size).toBeGreaterThan(15);
  const plans = [...statements].map((sql) => {
    const steps = db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...nulls(sql)) as { detail: string }[];
    return { sql, steps: steps.map(({ detail }) => detail) };
  });
  expect(
    plans.filter(({ steps }) => steps.some((step) => /^SCAN (round|size|packets)\b/.test(step))),
  ).toEqual([]);
  // Listing must not gather all that lies in the range before it gives the first row.
  const sorted = plans.filter(({ steps }) => steps.includes('USE TEMP B-TREE FOR ORDER BY'));
  expect(sorted).toEqual([]);
  db.close();
});

/** One null for each place that is bound by its position, or one object for those bound by name. */
function nulls(sql: string): unknown[] {
  const names = [...sql.matchAll(/@(\w+)/g)].map((match) => match[1] ?? '');
  if (names.length > 0) return [Object.fromEntries(names.map((name) => [name, null]))];
  return [...sql.matchAll(/\?/g)].map(() => null);
}
