import type { TrailLink } from '../../../core/access/trail.js';
import { noHash } from '../../../core/ledger/chain.js';
import type { TrailStore } from '../../access-store.js';
import { trailOf, trailRow, trailSql, type TrailRow } from '../../rows/access.js';
import type { Connection } from '../database.js';

export function trailStore({ db, read, write }: Connection): TrailStore {
  const last = db.prepare<[], TrailLink>(trailSql.last);
  const add = db.prepare(trailSql.add);
  const listed = db.prepare<object, TrailRow>(trailSql.after);
  return {
    append: (link) =>
      write(() => {
        const entry = link(last.get() ?? { seq: 0, hash: noHash });
        add.run(trailRow(entry));
        return entry;
      }),
    list: ({ after = 0, limit = Number.MAX_SAFE_INTEGER } = {}) =>
      read(() => listed.all({ after, limit }).map(trailOf)),
  };
}
