import type { Contact, ContactStore } from '../../contact-store.js';
import { contactSql } from '../../rows/contact.js';
import type { Connection } from '../database.js';
import { appendToLedger } from '../ledger/append.js';

export function contactStore({ read, write, withClient }: Connection): ContactStore {
  return {
    async put(contact, events) {
      const done = await write(async (query) => {
        if ((await appendToLedger(query, events)) === 'moved') return 'moved';
        await query(contactSql.put, { ...contact });
        return 'stored';
      });
      // What was erased does not stay behind in the table's file: a small one, written anew in a moment.
      if (done === 'stored' && contact.erasedAt !== null) {
        await withClient((query) => query('VACUUM FULL contact')).catch(() => undefined);
      }
      return done;
    },
    get: async (id) => (await read<Contact>(contactSql.get, { id }))[0] ?? null,
    list: (customer) => read<Contact>(contactSql.list, { customer: customer ?? null }),
  };
}
