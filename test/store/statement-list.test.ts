import { expect, test } from 'vitest';
import { builders, type Query, type Script, type SqlDatabase } from '../../src/store/sql/database.js';
import { statementStore } from '../../src/store/sql/statements.js';

/** A server with these statements, that answers when it may. */
function server() {
  const months = new Map<string, readonly string[]>();
  const held = new Map<string, Promise<void>>();
  const answer = async ({ sql, parameters }: Query<unknown>): Promise<object[]> => {
    if (sql.includes('union all')) {
      const month = String(parameters.find((value) => months.has(String(value))));
      return (months.get(month) ?? []).map((hash) => ({ id: hash, month, state: 'sealed', hash }));
    }
    for (const hash of parameters) await held.get(String(hash));
    return parameters.map((hash) => ({ hash, site: 's', currency: 'SGD', rent: '1.00', credit: '0.00' }));
  };
  const snapshot = async <T>(script: () => Script<T>): Promise<T> => {
    const running = script();
    let step = running.next();
    while (step.done !== true) {
      const rows = await answer(step.value);
      step = running.next({ rows, changes: 0 });
    }
    return step.value;
  };
  const db: Partial<SqlDatabase> = { dialect: 'postgres', from: builders.postgres(), snapshot };
  return { months, held, statements: statementStore(db as SqlDatabase) };
}

test('a list has its figures, though the cache fills up while another one is read', async () => {
  const { months, held, statements } = server();
  const many = Array.from({ length: 19_999 }, (_, index) => `hash-${index}`);
  months
    .set('2026-01', many)
    .set('2026-02', [...many, 'slow'])
    .set('2026-03', ['one', 'two']);
  await statements.list({ month: '2026-01' });
  let release = (): void => undefined;
  held.set('slow', new Promise((resolve) => (release = resolve)));
  const slow = statements.list({ month: '2026-02' });
  await statements.list({ month: '2026-03' });
  await statements.list({ month: '2026-03' });
  release();
  expect((await slow).filter(({ rent }) => rent !== '1.00')).toEqual([]);
});
