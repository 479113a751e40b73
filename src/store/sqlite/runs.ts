import type { RunRecord, RunStore } from '../store.js';
import type { EpochMs } from '../../core/types.js';
import type { Connection } from './database.js';

export function runStore({ db, read, write }: Connection): RunStore {
  const begin = db
    .prepare<[string, EpochMs, EpochMs], number>(
      'INSERT INTO run (version, started_at, last_seen_at) VALUES (?, ?, ?) RETURNING id',
    )
    .pluck();
  const beat = db.prepare<[EpochMs, number]>('UPDATE run SET last_seen_at = ? WHERE id = ?');
  const end = db.prepare<[EpochMs, EpochMs, number]>(
    'UPDATE run SET last_seen_at = ?, stopped_at = ? WHERE id = ?',
  );
  const latest = db.prepare<[], RunRecord>(
    'SELECT id, version, started_at AS startedAt, last_seen_at AS lastSeenAt, stopped_at AS stoppedAt FROM run ORDER BY id DESC LIMIT 1',
  );
  return {
    begin: (version, at) => write(() => Number(begin.get(version, at, at))),
    beat: (id, at) => write(() => beat.run(at, id).changes > 0),
    end: (id, at) => write(() => void end.run(at, at, id)),
    latest: () => read(() => latest.get() ?? null),
  };
}
