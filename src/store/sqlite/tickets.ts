import type Database from 'better-sqlite3';
import type { TicketRecord, TicketState } from '../../core/ticket/actions.js';
import type { SameFault } from '../../core/ticket/lifecycle.js';
import type { TicketStore, SuggestionStore } from '../ledger-store.js';
import {
  countSql,
  ticketEventOf,
  ticketEventRow,
  type TicketEventRow,
  type TicketHeadRow,
  ticketSql,
  followsReport,
  headOf,
  headRow,
  headsSql,
  suggestionOf,
  suggestionRow,
  type SuggestionRow,
  suggestionSql,
  suggestionValues,
} from '../rows/fault.js';
import {
  outboxColumns,
  outboxListSql,
  outboxSql,
  targetOf,
  targetRow,
  type TargetRow,
  targetSql,
} from '../rows/people.js';
import type {
  OutboxDepth,
  OutboxDraft,
  OutboxMessage,
  OutboxStore,
  TargetStore,
} from '../statement-store.js';
import type { Connection } from './database.js';

/** Adds messages within the caller's transaction; one with an existing key is skipped. */
function outboxInsert(db: Database.Database): (drafts: readonly OutboxDraft[]) => void {
  const add = db.prepare(outboxSql.add);
  return (drafts) => {
    for (const draft of drafts) add.run(draft);
  };
}

export function outboxStore({ db, read, write }: Connection): OutboxStore {
  const add = outboxInsert(db);
  const claim = db.prepare<[{ now: number; until: number; limit: number }], OutboxMessage>(
    `UPDATE outbox SET due_at = :until WHERE id IN (
       SELECT id FROM outbox WHERE state = 'waiting' AND due_at <= :now ORDER BY due_at, id LIMIT :limit)
     RETURNING ${outboxColumns}`,
  );
  const tried = db.prepare(outboxSql.tried);
  const get = db.prepare<object, OutboxMessage>(outboxSql.get);
  const retry = db.prepare(outboxSql.retry);
  const drop = db.prepare(outboxSql.drop);
  const depth = db.prepare<[], OutboxDepth>(outboxSql.depth);
  const sweep = db.prepare(outboxSql.sweep);
  return {
    add: (drafts) =>
      write(() => {
        add(drafts);
      }),
    claim: (query) => write(() => claim.all(query).sort((a, b) => a.id - b.id)),
    tried: (id, result) => write(() => void tried.run({ id, ...result })),
    list: (query) =>
      read(() => {
        const { sql, values } = outboxListSql(query);
        return db.prepare<object, OutboxMessage>(sql).all(values);
      }),
    get: (id) => read(() => get.get({ id }) ?? null),
    retry: (id, at) => write(() => retry.run({ id, at }).changes === 1),
    drop: (id, at) => write(() => drop.run({ id, at }).changes === 1),
    depth: () => read(() => depth.get() ?? { waiting: 0, dead: 0, oldestWaitingAt: null }),
    sweep: (before) => write(() => sweep.run({ before }).changes),
  };
}

export function ticketStore({ db, read, write }: Connection): TicketStore {
  const addOutbox = outboxInsert(db);
  const last = db.prepare<object, Pick<TicketRecord, 'seq' | 'hash'>>(ticketSql.last);
  const latest = db.prepare<[], number>(ticketSql.latest).pluck();
  const addEvent = db.prepare(ticketSql.addEvent);
  const putHead = db.prepare(ticketSql.putHead);
  const events = db.prepare<object, TicketEventRow>(ticketSql.events);
  const same = db.prepare<object, { number: number; incident: string; state: TicketState }>(ticketSql.same);
  return {
    append: ({ events: added, head, outbox }) =>
      write(() => {
        const before = last.get({ report: head.number }) ?? null;
        if (before === null && head.number !== (latest.get() ?? 0) + 1) return 'moved';
        if (!followsReport(before, added)) return 'moved';
        putHead.run(headRow(head));
        for (const event of added) addEvent.run(ticketEventRow(event));
        addOutbox(outbox);
        return 'stored';
      }),
    events: (report) => read(() => events.all({ report }).map(ticketEventOf)),
    heads: ({ limit, before, offset = 0, ...query }) =>
      read(() => {
        const { sql, values } = headsSql(query, before);
        return db
          .prepare<object, TicketHeadRow>(sql)
          .all({ ...values, limit, offset })
          .map(headOf);
      }),
    count: (query) =>
      read(() => {
        const { sql, values } = countSql(query);
        return db.prepare<object, number>(sql).pluck().get(values) ?? 0;
      }),
    same: ({ subject, hour }) =>
      read(() => same.all({ subject, hour }).map((row): SameFault => ({ ...row, subject, hour }))),
    latest: () => read(() => latest.get() ?? 0),
  };
}

export function suggestionStore({ db, read, write }: Connection): SuggestionStore {
  const put = db.prepare(suggestionSql.put);
  const list = db.prepare<object, SuggestionRow>(suggestionSql.list);
  return {
    put: (suggestion) => write(() => void put.run(suggestionRow(suggestion))),
    list: (query) => read(() => list.all(suggestionValues(query)).map(suggestionOf)),
  };
}

export function targetStore({ db, read, write }: Connection): TargetStore {
  const add = db.prepare(targetSql.add);
  const get = db.prepare<object, TargetRow>(targetSql.get);
  const list = db.prepare<[], TargetRow>(targetSql.list);
  const remove = db.prepare(targetSql.remove);
  const gone = db.prepare(targetSql.gone);
  return {
    add: (target) => write(() => add.run(targetRow(target)).changes === 1),
    get: (id) =>
      read(() => {
        const row = get.get({ id });
        return row === undefined ? null : targetOf(row);
      }),
    list: () => read(() => list.all().map(targetOf)),
    gone: (id, at) => write(() => void gone.run({ id, at })),
    remove: (id) => write(() => remove.run({ id }).changes === 1),
  };
}
