import type { EpochMs, PathId } from '../../core/types.js';
import { decodePackets } from '../packets/codec.js';
import { newestOf } from '../newest.js';
import type { RoundStore } from '../store.js';
import type { Connection } from './database.js';

/** What is asked of one path's rounds. */
export function roundReads({ db, read }: Connection): Pick<RoundStore, 'packets' | 'accounted' | 'newest'> {
  const packed = db
    .prepare<[EpochMs, PathId], Uint8Array>(
      `SELECT packed FROM round JOIN packets ON packets.id = round.packets_id
       WHERE slot = ? AND path_id = (SELECT id FROM path WHERE name = ?)`,
    )
    .pluck();
  const slots = db
    .prepare<[PathId, EpochMs, EpochMs], EpochMs>(
      `SELECT slot FROM round INDEXED BY round_of_path
       WHERE path_id = (SELECT id FROM path WHERE name = ?) AND slot >= ? AND slot < ? ORDER BY slot`,
    )
    .pluck();
  // A step into the index for each path: a grouping would walk all of it.
  const newest = db.prepare<[], { path: PathId; slot: EpochMs | null }>(
    `SELECT name AS path, (SELECT slot FROM round INDEXED BY round_of_path
       WHERE path_id = path.id AND status <> 'unscheduled' ORDER BY slot DESC LIMIT 1) AS slot FROM path`,
  );
  return {
    packets: (path, slot) =>
      read(() => {
        const bytes = packed.get(slot, path);
        return bytes === undefined ? null : decodePackets(bytes);
      }),
    accounted: (path, from, to) => read(() => slots.all(path, from, to)),
    newest: () => read(() => newestOf(newest.all())),
  };
}
