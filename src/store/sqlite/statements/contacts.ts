import type { Contact, ContactStore } from '../../contact-store.js';
import type { Connection } from '../database.js';
import { ledgerAppend } from '../ledger/append.js';

const columns =
  'id, customer, name, email, phone, added_at AS addedAt, changed_at AS changedAt, erased_at AS erasedAt';

export function contactStore({ db, read, write }: Connection): ContactStore {
  const append = ledgerAppend(db);
  const put = db.prepare<object>(
    `INSERT INTO contact (id, customer, name, email, phone, added_at, changed_at, erased_at)
     VALUES (:id, :customer, :name, :email, :phone, :addedAt, :changedAt, :erasedAt)
     ON CONFLICT (id) DO UPDATE SET customer = :customer, name = :name, email = :email, phone = :phone,
       changed_at = :changedAt, erased_at = :erasedAt`,
  );
  const get = db.prepare<[string], Contact>(`SELECT ${columns} FROM contact WHERE id = ?`);
  const list = db.prepare<{ customer: string | null }, Contact>(
    `SELECT ${columns} FROM contact WHERE :customer IS NULL OR customer = :customer ORDER BY added_at, id`,
  );
  return {
    async put(contact, events) {
      const done = await write(() => {
        if (append(events) === 'moved') return 'moved';
        // What was there before does not stay behind in a free corner of the file.
        db.pragma('secure_delete = ON');
        put.run(contact);
        return 'stored';
      });
      // Nor in the journal, as far as no reader is in the way.
      if (done === 'stored') {
        try {
          db.pragma('wal_checkpoint(TRUNCATE)');
        } catch {
          // A writer is at work: its checkpoint comes.
        }
      }
      return done;
    },
    get: (id) => read(() => get.get(id) ?? null),
    list: (customer) => read(() => list.all({ customer: customer ?? null })),
  };
}
