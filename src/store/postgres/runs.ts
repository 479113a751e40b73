import type { RunRecord, RunStore } from '../store.js';
import type { Connection } from './database.js';

export function runStore({ read, write }: Connection): RunStore {
  return {
    begin: (version, at) =>
      write(async (query) => {
        const [row] = await query<{ id: number }>(
          'INSERT INTO run (version, started_at, last_seen_at) VALUES ($1, $2, $2) RETURNING id',
          [version, at],
        );
        if (!row) throw new Error('the insert gave no row');
        return row.id;
      }),
    beat: (id, at) =>
      write(async (query) => {
        const rows = await query('UPDATE run SET last_seen_at = $1 WHERE id = $2 RETURNING id', [at, id]);
        return rows.length > 0;
      }),
    end: (id, at) =>
      write(async (query) => {
        await query('UPDATE run SET last_seen_at = $1, stopped_at = $1 WHERE id = $2', [at, id]);
      }),
    async latest() {
      const [row] = await read<RunRecord>(
        `SELECT id, version, started_at AS "startedAt", last_seen_at AS "lastSeenAt", stopped_at AS "stoppedAt"
         FROM run ORDER BY id DESC LIMIT 1`,
      );
      return row ?? null;
    },
  };
}
