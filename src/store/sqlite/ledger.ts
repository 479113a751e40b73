import type Database from 'better-sqlite3';
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
import type { Connection } from './database.js';

/** Appends events at the head, within the caller's transaction: all of them, or none and returns `moved`. */
export function ledgerAppend(db: Database.Database): (events: readonly LedgerEvent[]) => 'stored' | 'moved' {
  const last = db.prepare<[], Pick<LedgerEvent, 'seq' | 'hash'>>(ledgerSql.last);
  const add = db.prepare(ledgerSql.add);
  return (events) => {
    if (!followsHead(last.get(), events)) return 'moved';
    for (const event of events) add.run(rowOf(event));
    return 'stored';
  };
}

export function attachmentStore({ db, read, write }: Connection): AttachmentStore {
  const add = db.prepare(
    `INSERT INTO attachment (sha256, at, content)
     SELECT :sha256, :at, :content WHERE NOT EXISTS (SELECT 1 FROM attachment WHERE sha256 = :sha256)`,
  );
  const content = db.prepare<[string], Buffer>('SELECT content FROM attachment WHERE sha256 = ?').pluck();
  return {
    put: ({ sha256, at, content: bytes }) => {
      if (bytes.byteLength > maxAttachmentBytes) {
        const what = `an attachment of ${bytes.byteLength} bytes; allowed: at most ${maxAttachmentBytes}`;
        return Promise.reject(new RangeError(what));
      }
      return write(() => void add.run({ sha256, at, content: bytes }));
    },
    get: (sha256) => read(() => content.get(sha256) ?? null),
  };
}

export function ledgerStore({ db, read, write }: Connection): LedgerStore {
  const append = ledgerAppend(db);
  const after = db.prepare<object, LedgerRow>(ledgerSql.after);
  return {
    append: (events) => write(() => append(events)),
    events: ({ after: seq = 0, limit = Number.MAX_SAFE_INTEGER } = {}) =>
      read(() => after.all({ after: seq, limit }).map(eventOf)),
  };
}

export function feedStore({ db, read, write }: Connection): FeedStore {
  const get = db.prepare<object, FeedRow>(feedSql.get);
  const put = db.prepare(feedSql.put);
  return {
    get: (source) =>
      read(() => {
        const row = get.get({ source });
        return row ? feedOf(row) : null;
      }),
    put: (feed) => write(() => void put.run(feedRow(feed))),
  };
}

export function contactStore({ db, read, write }: Connection): ContactStore {
  const append = ledgerAppend(db);
  const put = db.prepare<object>(contactSql.put);
  const get = db.prepare<object, Contact>(contactSql.get);
  const list = db.prepare<object, Contact>(contactSql.list);
  return {
    async put(contact, events) {
      const done = await write(() => {
        if (append(events) === 'moved') return 'moved';
        // Erased data must not remain in free pages of the file.
        db.pragma('secure_delete = ON');
        put.run(contact);
        return 'stored';
      });
      // Nor in the journal, unless a reader prevents the checkpoint.
      if (done === 'stored') {
        try {
          db.pragma('wal_checkpoint(TRUNCATE)');
        } catch {
          // A writer is active: its checkpoint follows.
        }
      }
      return done;
    },
    get: (id) => read(() => get.get({ id }) ?? null),
    list: (customer) => read(() => list.all({ customer: customer ?? null })),
  };
}
