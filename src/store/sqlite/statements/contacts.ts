import type { Contact, ContactStore } from '../../contact-store.js';
import { contactSql } from '../../rows/contact.js';
import type { Connection } from '../database.js';
import { ledgerAppend } from '../ledger/append.js';

export function contactStore({ db, read, write }: Connection): ContactStore {
  const append = ledgerAppend(db);
  const put = db.prepare<object>(contactSql.put);
  const get = db.prepare<object, Contact>(contactSql.get);
  const list = db.prepare<object, Contact>(contactSql.list);
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
    get: (id) => read(() => get.get({ id }) ?? null),
    list: (customer) => read(() => list.all({ customer: customer ?? null })),
  };
}
