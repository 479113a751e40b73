import type { TrailLink } from '../../../core/access/trail.js';
import { noHash } from '../../../core/ledger/chain.js';
import type { TrailStore } from '../../access-store.js';
import { trailOf, trailRow, trailSql, type TrailRow } from '../../rows/access.js';
import type { Connection } from '../database.js';
import { lock } from '../locks.js';

export function trailStore({ read, write }: Connection): TrailStore {
  return {
    append: (link) =>
      write(async (query) => {
        await lock(query, 'trail');
        const [head = { seq: 0, hash: noHash }] = await query<TrailLink>(trailSql.last);
        const entry = link(head);
        if (entry.seq !== head.seq + 1 || entry.previous !== head.hash)
          throw new RangeError('the trail grows at its end only');
        await query(trailSql.add, trailRow(entry));
        return entry;
      }),
    list: async ({ after = 0, limit = Number.MAX_SAFE_INTEGER } = {}) =>
      (await read<TrailRow>(trailSql.after, { after, limit })).map(trailOf),
  };
}
