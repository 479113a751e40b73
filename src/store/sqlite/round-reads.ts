import type { EpochMs, PathId } from '../../core/types.js';
import { decodePackets } from '../packets/codec.js';
import { newestOf } from '../newest.js';
import type { RoundStore, RoundWithin } from '../store.js';
import type { Connection } from './database.js';

/** What is asked of one path's rounds. */
export function roundReads({
  db,
  read,
}: Connection): Pick<RoundStore, 'packets' | 'accounted' | 'newest' | 'within'> {
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
  // The paths first, then a step into the index for each: what ran at that time is little of what there is.
  const within = db.prepare<
    [Record<'paths', string> & Record<'slotFrom' | 'from' | 'to', number>],
    RoundWithin
  >(
    `SELECT path.name AS path, started_at AS startedAt, ended_at AS endedAt,
       (SELECT coalesce(sum(sent), 0) FROM size WHERE size.path_id = round.path_id AND size.slot = round.slot) AS sent,
       (SELECT coalesce(sum(received), 0) FROM size
        WHERE size.path_id = round.path_id AND size.slot = round.slot) AS received
     FROM json_each(@paths) AS wanted CROSS JOIN path ON path.name = wanted.value
       CROSS JOIN round INDEXED BY round_of_path
         ON round.path_id = path.id AND round.slot >= @slotFrom AND round.slot < @to
     WHERE started_at >= @from AND ended_at <= @to`,
  );
  return {
    within: ({ paths, from, to, slotWithinMs }) =>
      read(() =>
        within
          .all({ paths: JSON.stringify(paths), slotFrom: from - slotWithinMs, from, to })
          .sort((a, b) => a.startedAt - b.startedAt || (a.path < b.path ? -1 : 1)),
      ),
    packets: (path, slot) =>
      read(() => {
        const bytes = packed.get(slot, path);
        return bytes === undefined ? null : decodePackets(bytes);
      }),
    accounted: (path, from, to) => read(() => slots.all(path, from, to)),
    newest: () => read(() => newestOf(newest.all())),
  };
}
