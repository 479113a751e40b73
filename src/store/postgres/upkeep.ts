import { StoreFault, type UpkeepStore } from '../store.js';
import type { Connection } from './database.js';
import { sweeper } from './sweep.js';

export function upkeepStore(on: Connection): UpkeepStore {
  const { name, read, write } = on;
  return {
    ...sweeper(on),
    backup: () =>
      Promise.reject(
        new StoreFault(`${name} is copied by PostgreSQL's own programs: pg_dump, or pg_basebackup`, 'other'),
      ),
    rescue: () => Promise.reject(new StoreFault(`${name} is looked after by its server`, 'other')),
    async verify() {
      await read('SELECT 1');
      return true;
    },
    // The server has its own rhythm, and asking for another is its owner's right alone.
    checkpoint: () => Promise.resolve(),
    probe: () =>
      write(async (query) => {
        await query('INSERT INTO probe (at) VALUES (0)');
        await query('DELETE FROM probe');
      }),
    async sizeBytes() {
      const [row] = await read<{ bytes: number }>(
        `SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::bigint AS bytes FROM pg_class
         WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace`,
      );
      return row?.bytes ?? 0;
    },
  };
}
