import type { TargetStore } from '../../notify-store.js';
import { targetOf, targetRow, targetSql, type TargetRow } from '../../rows/notify.js';
import type { Connection } from '../database.js';

export function targetStore({ read, change }: Connection): TargetStore {
  return {
    add: async (target) => (await change(targetSql.add, { ...targetRow(target) })) === 1,
    async get(id) {
      const [row] = await read<TargetRow>(targetSql.get, { id });
      return row ? targetOf(row) : null;
    },
    list: async () => (await read<TargetRow>(targetSql.list)).map(targetOf),
    remove: async (id) => (await change(targetSql.remove, { id })) === 1,
  };
}
