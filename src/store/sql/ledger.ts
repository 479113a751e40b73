import type { LedgerAction, LedgerEvent } from '../../core/ledger/actions.js';
import { isContinued } from '../../core/ledger/chain.js';
import type { EventVersion } from '../../core/ledger/event-version.js';
import type { ContactStore } from '../access-store.js';
import {
  type AttachmentStore,
  type FeedStore,
  type LedgerStore,
  maxAttachmentBytes,
} from '../ledger-store.js';
import { change, first, given, prepare, type Script, type SqlDatabase } from './database.js';

/** Reads an action. A text that is no action was tampered with: it is returned as it is, and its hash reveals it. */
function parseAction(text: string): LedgerAction {
  try {
    const action = JSON.parse(text) as LedgerAction | null;
    if (typeof action === 'object' && typeof action?.type === 'string') return action;
  } catch {
    // The same as below.
  }
  return { type: 'unreadable', text };
}

/** Appends events at the head, within the caller's transaction: all of them, or none and returns `moved`. */
export function ledgerAppend(
  db: SqlDatabase,
): (events: readonly LedgerEvent[]) => Script<'stored' | 'moved'> {
  const head = prepare(() =>
    db.from.selectFrom('ledger').select(['seq', 'hash']).orderBy('seq', 'desc').limit(1),
  );
  return function* (events) {
    yield* db.lock('ledger');
    if (!isContinued((yield* first(head({}))) ?? null, events)) return 'moved';
    for (const { action, principal, ...event } of events) {
      const row = { ...event, principal: principal ?? null, action: JSON.stringify(action) };
      yield* change(db.from.insertInto('ledger').values(row));
    }
    return 'stored';
  };
}

const ledgerEvents = (db: SqlDatabase) =>
  db.from
    .selectFrom('ledger')
    .select(['seq', 'at', 'actor', 'principal', 'action', 'previous', 'hash'])
    .orderBy('seq');

export function ledgerStore(db: SqlDatabase): LedgerStore {
  const append = ledgerAppend(db);
  return {
    append: (events) => db.write(() => append(events)),
    async events({ after = 0, limit = Number.MAX_SAFE_INTEGER } = {}) {
      const rows = await db.read(ledgerEvents(db).where('seq', '>', after).limit(limit));
      return rows.map(({ action, principal, ...row }) => ({
        ...row,
        // An event of a version before principals has none, and its hash covers none.
        ...(principal !== null && { principal }),
        action: parseAction(action),
      }));
    },
  };
}

/** The actions of the ledger that name an observed outage. */
export async function outageActions(db: SqlDatabase): Promise<LedgerAction[]> {
  const rows = await db.read(ledgerEvents(db).where('action', 'like', '%"of":{%'));
  return rows.map(({ action }) => parseAction(action));
}

export function attachmentStore(db: SqlDatabase): AttachmentStore {
  return {
    async put({ sha256, at, content }) {
      if (content.byteLength > maxAttachmentBytes) {
        const what = `an attachment of ${content.byteLength} bytes; allowed: at most ${maxAttachmentBytes}`;
        throw new RangeError(what);
      }
      await db.write(function* () {
        const known = db.from.selectFrom('attachment').select('sha256').where('sha256', '=', sha256);
        // Asked first, because a trigger refuses every insert of an existing one.
        if (yield* first(known)) return;
        yield* change(
          db.from
            .insertInto('attachment')
            .values({ sha256, at, content })
            .onConflict((conflict) => conflict.doNothing()),
        );
      });
    },
    async get(sha256) {
      const [row] = await db.read(
        db.from.selectFrom('attachment').select('content').where('sha256', '=', sha256),
      );
      return row?.content ?? null;
    },
  };
}

/** How many values a query names. */
const mostNames = 500;

export function feedStore(db: SqlDatabase): FeedStore {
  return {
    async get(source) {
      const [row] = await db.read(
        db.from
          .selectFrom('exclusion_feed')
          .select(['source', 'etag', 'modified', 'checked_at as checkedAt', 'events'])
          .where('source', '=', source),
      );
      return row ? { ...row, events: JSON.parse(row.events) as string[] } : null;
    },
    put: async ({ source, etag, modified, checkedAt, events }) => {
      const row = { etag, modified, checked_at: checkedAt, events: JSON.stringify(events) };
      await db.change(
        db.from
          .insertInto('exclusion_feed')
          .values({ source, ...row })
          .onConflict((conflict) => conflict.column('source').doUpdateSet(row)),
      );
    },
    async versions(sources) {
      const found: EventVersion[] = [];
      for (let from = 0; from < sources.length; from += mostNames)
        found.push(
          ...(await db.read(
            db.from
              .selectFrom('calendar_event')
              .select(['source', 'sequence', 'stamp', 'overrides'])
              .where('source', 'in', sources.slice(from, from + mostNames)),
          )),
        );
      return found;
    },
    async putVersions(versions) {
      await db.write(function* () {
        for (const { source, sequence, stamp, overrides } of versions) {
          const row = { sequence: sequence ?? 0, stamp, overrides };
          yield* change(
            db.from
              .insertInto('calendar_event')
              .values({ source, ...row })
              .onConflict((conflict) => conflict.column('source').doUpdateSet(row)),
          );
        }
      });
    },
  };
}

export function contactStore(db: SqlDatabase): ContactStore {
  const append = ledgerAppend(db);
  const contacts = db.from
    .selectFrom('contact')
    .select(['id', 'customer', 'name', 'email', 'phone', 'added_at as addedAt', 'changed_at as changedAt'])
    .select(['erased_at as erasedAt', 'muted_at as mutedAt']);
  return {
    async put({ addedAt, changedAt, erasedAt, mutedAt, ...contact }, events) {
      const done = await db.write(function* () {
        if ((yield* append(events)) === 'moved') return 'moved';
        yield* db.erasure.begin();
        yield* change(
          db.from
            .insertInto('contact')
            .values({
              ...contact,
              added_at: addedAt,
              changed_at: changedAt,
              erased_at: erasedAt,
              muted_at: mutedAt,
            })
            .onConflict((conflict) =>
              conflict.column('id').doUpdateSet(({ ref }) => ({
                customer: ref('excluded.customer'),
                name: ref('excluded.name'),
                email: ref('excluded.email'),
                phone: ref('excluded.phone'),
                changed_at: ref('excluded.changed_at'),
                erased_at: ref('excluded.erased_at'),
                muted_at: ref('excluded.muted_at'),
              })),
            ),
        );
        return 'stored';
      });
      if (done === 'stored') await db.erasure.complete('contact', erasedAt !== null);
      return done;
    },
    get: async (id) => (await db.read(contacts.where('id', '=', id)))[0] ?? null,
    list: (customer) =>
      db.read(
        contacts
          .where(({ and }) => and(given({ customer })))
          .orderBy('added_at')
          .orderBy('id'),
      ),
  };
}
