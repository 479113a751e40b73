import type { EpochMs, PathId } from '../../core/types.js';
import { newestOf } from '../newest.js';
import { decodePackets } from '../packets/codec.js';
import { toStoreFault } from './faults.js';
import type { RoundStore, RoundWithin } from '../store.js';
import type { Connection } from './database.js';

/** What is asked of one path's rounds. */
export function roundReads({
  name,
  read,
}: Connection): Pick<RoundStore, 'packets' | 'accounted' | 'newest' | 'within'> {
  return {
    within: ({ paths, from, to, slotWithinMs }) =>
      read<RoundWithin>(
        `SELECT path.name AS path, started_at AS "startedAt", ended_at AS "endedAt",
           coalesce(sum(sent), 0)::int AS sent, coalesce(sum(received), 0)::int AS received
         FROM round JOIN path ON path.id = round.path_id
           LEFT JOIN size ON size.path_id = round.path_id AND size.slot = round.slot
         WHERE path.name = ANY($1) AND round.slot >= $2 AND round.slot < $4 AND started_at >= $3 AND ended_at <= $4
         GROUP BY round.slot, path.name, started_at, ended_at ORDER BY started_at, path.name`,
        [paths, from - slotWithinMs, from, to],
      ),
    async packets(path, slot) {
      const [row] = await read<{ packed: Uint8Array }>(
        'SELECT packed FROM packets WHERE path_id = (SELECT id FROM path WHERE name = $1) AND slot = $2',
        [path, slot],
      );
      if (!row) return null;
      try {
        return decodePackets(row.packed);
      } catch (error) {
        throw toStoreFault(error, name);
      }
    },
    async accounted(path, from, to) {
      const rows = await read<{ slot: number }>(
        `SELECT slot FROM round WHERE path_id = (SELECT id FROM path WHERE name = $1) AND slot >= $2 AND slot < $3
         ORDER BY slot`,
        [path, from, to],
      );
      return rows.map(({ slot }) => slot);
    },
    async newest() {
      return newestOf(
        await read<{ path: PathId; slot: EpochMs | null }>(
          `SELECT name AS path, (SELECT slot FROM round WHERE path_id = path.id AND status <> 'unscheduled'
             ORDER BY slot DESC LIMIT 1) AS slot FROM path`,
        ),
      );
    },
  };
}
