import type { EpochMs } from '../../../core/types.js';
import {
  draftRow,
  sealedRow,
  statementSql,
  Undone,
  withDocument,
  type DraftRow,
  type SealedRow,
} from '../../rows/statement.js';
import type { StatementCommit, StatementStore } from '../../statement-store.js';
import { turns } from '../../turns.js';
import type { Connection } from '../database.js';
import { ledgerAppend } from '../ledger/append.js';
import { creditQueries } from './credits.js';
import { statementList } from './list.js';

export function statementStore(on: Connection): StatementStore {
  const { db, read, write } = on;
  const inTurn = turns();
  const append = ledgerAppend(db);
  const credits = creditQueries(on);
  const putDraft = db.prepare<object>(statementSql.putDraft);
  const draft = db.prepare<object, DraftRow>(statementSql.draft);
  const dropDraft = db.prepare<object>(statementSql.dropDraft);
  const latest = db.prepare<object, number>(statementSql.latest).pluck();
  const sealed = db.prepare<object, SealedRow>(statementSql.sealed);
  const addSealed = db.prepare<object>(statementSql.addSealed);
  const closed = db.prepare<object, EpochMs>(statementSql.closed).pluck();
  const close = db.prepare<object>(statementSql.close);
  const changed = db.prepare<object>(statementSql.changed);
  const unchanged = db.prepare<object>(statementSql.unchanged);

  /** Undoes what the change did: a transaction of several changes goes on without it. */
  const commit = db.transaction((change: StatementCommit): void => {
    if (change.events.length > 0 && append(change.events) === 'moved') throw new Undone('moved');
    if (change.sealed) {
      const { id, revision, previous } = change.sealed.document;
      if (revision !== (latest.get({ id }) ?? 0) + 1) throw new Undone('conflict');
      if (revision > 1 && sealed.get({ id, revision: null })?.hash !== previous) throw new Undone('conflict');
      addSealed.run(sealedRow(change.sealed, change.sealedAt));
      dropDraft.run({ id });
      unchanged.run({ id });
    }
    for (const each of change.credits ?? []) if (!credits.change(each)) throw new Undone('conflict');
  });

  return {
    putDraft: (drawn, credit) =>
      write(() => {
        const { id: statement, revision } = drawn.document;
        if (revision <= (latest.get({ id: statement }) ?? 0)) return;
        putDraft.run(draftRow(drawn));
        credits.putDraft({ statement, revision, at: drawn.at }, credit);
      }),
    draft: (id) =>
      read(() => {
        const row = draft.get({ id });
        return row ? withDocument(row) : null;
      }),
    sealed: (id, revision) =>
      read(() => {
        const row = sealed.get({ id, revision: revision ?? null });
        return row ? withDocument(row) : null;
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
    inTurn: (_, work) => inTurn(work),
    closed: (month) => read(() => closed.get({ month }) ?? null),
    markClosed: (month, at) => write(() => void close.run({ month, at })),
    markChanged: (id, since) =>
      write(() => {
        if (since === null) unchanged.run({ id });
        else changed.run({ id, at: since.at, why: JSON.stringify(since.why) });
      }),
  };
}
