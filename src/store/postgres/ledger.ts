import type { LedgerEvent } from '../../core/ledger/actions.js';
import type { Contact, ContactStore } from '../access-store.js';
import { type AttachmentStore, type FeedStore, type LedgerStore, maxAttachmentBytes } from '../ledger-store.js';
import { contactSql } from '../rows/people.js';
import {
  eventOf,
  feedOf,
  feedRow,
  type FeedRow,
  feedSql,
  followsHead,
  type LedgerRow,
  ledgerSql,
  rowOf,
} from '../rows/statement.js';
import type { Connection, Query } from './database.js';
import { lock } from './migrate.js';

/** Appends events at the head, within the caller's transaction: all of them, or none and returns `moved`. */
export async function appendToLedger(
  query: Query,
  events: readonly LedgerEvent[],
): Promise<'stored' | 'moved'> {
  await lock(query, 'ledger');
  const [last] = await query<Pick<LedgerEvent, 'seq' | 'hash'>>(ledgerSql.last);
  if (!followsHead(last, events)) return 'moved';
  for (const event of events) await query(ledgerSql.add, rowOf(event));
  return 'stored';
}

export function attachmentStore({ read, write }: Connection): AttachmentStore {
  return {
    put: ({ sha256, at, content }) => {
      if (content.byteLength > maxAttachmentBytes) {
        const what = `an attachment of ${content.byteLength} bytes; allowed: at most ${maxAttachmentBytes}`;
        return Promise.reject(new RangeError(what));
      }
      return write(async (query) => {
        await query(
          'INSERT INTO attachment (sha256, at, content) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
          [sha256, at, content],
        );
      });
    },
    async get(sha256) {
      const [row] = await read<{ content: Uint8Array }>('SELECT content FROM attachment WHERE sha256 = $1', [
        sha256,
      ]);
      return row?.content ?? null;
    },
  };
}

export function ledgerStore({ read, write }: Connection): LedgerStore {
  return {
    append: (events) => write((query) => appendToLedger(query, events)),
    events: async ({ after = 0, limit = Number.MAX_SAFE_INTEGER } = {}) =>
      (await read<LedgerRow>(ledgerSql.after, { after, limit })).map(eventOf),
  };
}

export function feedStore({ read, change }: Connection): FeedStore {
  return {
    async get(source) {
      const [row] = await read<FeedRow>(feedSql.get, { source });
      return row ? feedOf(row) : null;
    },
    put: async (feed) => {
      await change(feedSql.put, { ...feedRow(feed) });
    },
  };
}

export function contactStore({ read, write, withClient }: Connection): ContactStore {
  return {
    async put(contact, events) {
      const done = await write(async (query) => {
        if ((await appendToLedger(query, events)) === 'moved') return 'moved';
        await query(contactSql.put, { ...contact });
        return 'stored';
      });
      // Erased data must not remain in the table's file. The table is small, so it is rewritten at once.
      if (done === 'stored' && contact.erasedAt !== null) {
        await withClient((query) => query('VACUUM FULL contact')).catch(() => undefined);
      }
      return done;
    },
    get: async (id) => (await read<Contact>(contactSql.get, { id }))[0] ?? null,
    list: (customer) => read<Contact>(contactSql.list, { customer: customer ?? null }),
  };
}
