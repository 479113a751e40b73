import type { SealedStatement, StatementDocument } from '../../../core/statement/document.js';
import type { EpochMs } from '../../../core/types.js';
import type { DraftStatement, StatementCommit, StatementStore } from '../../statement-store.js';
import type { Connection } from '../database.js';
import { ledgerAppend } from '../ledger/append.js';
import { creditQueries } from './credits.js';
import { statementList } from './list.js';

interface SealedRow extends Omit<SealedStatement, 'document'> {
  readonly document: string;
}

export function statementStore(on: Connection): StatementStore {
  const { db, read, write } = on;
  const append = ledgerAppend(db);
  const credits = creditQueries(on);
  const putDraft = db.prepare<object>(
    `INSERT OR REPLACE INTO statement_draft (id, month, service, customer, revision, hash, at, document)
     VALUES (:id, :month, :service, :customer, :revision, :hash, :at, :document)`,
  );
  const draft = db.prepare<[string], { document: string; hash: string; at: EpochMs }>(
    'SELECT document, hash, at FROM statement_draft WHERE id = ?',
  );
  const dropDraft = db.prepare<[string]>('DELETE FROM statement_draft WHERE id = ?');
  const latest = db
    .prepare<[string], number>('SELECT ifnull(max(revision), 0) FROM statement WHERE id = ?')
    .pluck();
  const sealed = db.prepare<{ id: string; revision: number | null }, SealedRow>(
    `SELECT document, hash, key, signature, seal AS sealedAt, sealed_by AS sealedBy FROM statement
     WHERE id = :id AND (:revision IS NULL OR revision = :revision) ORDER BY revision DESC LIMIT 1`,
  );
  const addSealed = db.prepare<object>(
    `INSERT INTO statement (id, revision, month, service, customer, hash, previous, key, signature, sealed_at, sealed_by,
       seal, document)
     VALUES (:id, :revision, :month, :service, :customer, :hash, :previous, :key, :signature, :at, :sealedBy, :sealedAt,
       :document)`,
  );
  const closed = db.prepare<[string], number>('SELECT at FROM month_closed WHERE month = ?').pluck();
  const close = db.prepare<[string, number]>('INSERT OR IGNORE INTO month_closed (month, at) VALUES (?, ?)');
  const changed = db.prepare<[string, number, string]>(
    'INSERT OR REPLACE INTO statement_changed (id, at, why) VALUES (?, ?, ?)',
  );
  const unchanged = db.prepare<[string]>('DELETE FROM statement_changed WHERE id = ?');

  /** Undoes what the change did: a transaction of several changes goes on without it. */
  const commit = db.transaction((change: StatementCommit): void => {
    if (change.events.length > 0 && append(change.events) === 'moved') throw new Undone('moved');
    if (change.sealed) {
      const { document, ...seal } = change.sealed;
      const { id, revision, month, service, customer, previous } = document;
      if (revision !== (latest.get(id) ?? 0) + 1) throw new Undone('conflict');
      if (revision > 1 && sealed.get({ id, revision: null })?.hash !== previous) throw new Undone('conflict');
      const text = JSON.stringify(document);
      addSealed.run({
        ...{ id, revision, month, service, customer, previous, document: text },
        ...{ ...seal, at: change.sealedAt ?? 0 },
      });
      dropDraft.run(id);
      unchanged.run(id);
    }
    for (const each of change.credits ?? []) if (!credits.change(each)) throw new Undone('conflict');
  });

  return {
    putDraft: ({ document, hash, at }, credit) =>
      write(() => {
        const { id, month, service, customer, revision } = document;
        if (revision <= (latest.get(id) ?? 0)) return;
        putDraft.run({
          id,
          month,
          service,
          customer,
          revision,
          hash,
          at,
          document: JSON.stringify(document),
        });
        credits.putDraft({ statement: id, revision, at }, credit);
      }),
    draft: (id) =>
      read(() => {
        const row = draft.get(id);
        return row ? ({ ...row, document: documentOf(row.document) } satisfies DraftStatement) : null;
      }),
    sealed: (id, revision) =>
      read(() => {
        const row = sealed.get({ id, revision: revision ?? null });
        return row ? { ...row, document: documentOf(row.document) } : null;
      }),
    list: statementList(on),
    commit: (change) =>
      write(() => {
        try {
          commit(change);
          return 'stored';
        } catch (error) {
          if (error instanceof Undone) return error.why;
          throw error;
        }
      }),
    credits: (query = {}) => read(() => credits.find(query)),
    closed: (month) => read(() => closed.get(month) ?? null),
    markClosed: (month, at) => write(() => void close.run(month, at)),
    markChanged: (id, since) =>
      write(() => {
        if (since === null) unchanged.run(id);
        else changed.run(id, since.at, JSON.stringify(since.why));
      }),
  };
}

class Undone extends Error {
  constructor(readonly why: 'moved' | 'conflict') {
    super(why);
  }
}

const documentOf = (text: string): StatementDocument => JSON.parse(text) as StatementDocument;
