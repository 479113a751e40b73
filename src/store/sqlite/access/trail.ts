import type { TrailEntry, TrailLink } from '../../../core/access/trail.js';
import { noHash } from '../../../core/ledger/chain.js';
import type { TrailStore } from '../../access-store.js';
import type { Connection } from '../database.js';

type Row = Omit<TrailEntry, 'amounts'> & { readonly amounts: number };

export function trailStore({ db, read, write }: Connection): TrailStore {
  const last = db.prepare<[], TrailLink>('SELECT seq, hash FROM trail ORDER BY seq DESC LIMIT 1');
  const add = db.prepare(
    `INSERT INTO trail (seq, at, principal, name, origin, action, target, status, amounts, previous, hash)
     VALUES (:seq, :at, :principal, :name, :from, :action, :target, :status, :amounts, :previous, :hash)`,
  );
  const after = db.prepare<[number, number], Row>(
    `SELECT seq, at, principal, name, origin AS "from", action, target, status, amounts, previous, hash
     FROM trail WHERE seq > ? ORDER BY seq LIMIT ?`,
  );
  return {
    append: (link) =>
      write(() => {
        const entry = link(last.get() ?? { seq: 0, hash: noHash });
        add.run({ ...entry, amounts: entry.amounts ? 1 : 0 });
        return entry;
      }),
    list: ({ after: seq = 0, limit = -1 } = {}) =>
      read(() => after.all(seq, limit).map((row) => ({ ...row, amounts: row.amounts === 1 }))),
  };
}
