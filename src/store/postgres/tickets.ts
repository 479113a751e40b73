import type { TicketRecord, TicketState } from '../../core/ticket/actions.js';
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
import type { Connection, Query } from './database.js';
import { lock } from './migrate.js';

/** Adds messages within the caller's transaction; one with an existing key is skipped. */
async function addToOutbox(query: Query, drafts: readonly OutboxDraft[]): Promise<void> {
  for (const draft of drafts) await query(outboxSql.add, { ...draft });
}

/** Messages that another process claims at this moment are skipped, without waiting. */
const claim = `UPDATE outbox SET due_at = :until WHERE id IN (
    SELECT id FROM outbox WHERE state = 'waiting' AND due_at <= :now ORDER BY due_at, id LIMIT :limit
    FOR UPDATE SKIP LOCKED)
  RETURNING ${outboxColumns}`;

export function outboxStore({ read, write, change }: Connection): OutboxStore {
  return {
    add: (drafts) => write((query) => addToOutbox(query, drafts)),
    claim: (values) =>
      write(async (query) => (await query<OutboxMessage>(claim, { ...values })).sort((a, b) => a.id - b.id)),
    tried: async (id, result) => {
      await change(outboxSql.tried, { id, ...result });
    },
    list: (query) => {
      const { sql, values } = outboxListSql(query);
      return read<OutboxMessage>(sql, values);
    },
    get: async (id) => (await read<OutboxMessage>(outboxSql.get, { id }))[0] ?? null,
    retry: async (id, at) => (await change(outboxSql.retry, { id, at })) === 1,
    drop: async (id, at) => (await change(outboxSql.drop, { id, at })) === 1,
    depth: async () =>
      (await read<OutboxDepth>(outboxSql.depth))[0] ?? { waiting: 0, dead: 0, oldestWaitingAt: null },
    sweep: (before) => change(outboxSql.sweep, { before }),
  };
}

export function ticketStore({ read, write }: Connection): TicketStore {
  const latest = async (query: Query): Promise<number> =>
    (await query<{ latest: number }>(ticketSql.latest))[0]?.latest ?? 0;
  return {
    append: ({ events: added, head, outbox }) =>
      write(async (query) => {
        await lock(query, 'faults');
        const [before = null] = await query<Pick<TicketRecord, 'seq' | 'hash'>>(ticketSql.last, {
          report: head.number,
        });
        if (before === null && head.number !== (await latest(query)) + 1) return 'moved';
        if (!followsReport(before, added)) return 'moved';
        await query(ticketSql.putHead, { ...headRow(head) });
        for (const event of added) await query(ticketSql.addEvent, { ...ticketEventRow(event) });
        await addToOutbox(query, outbox);
        return 'stored';
      }),
    events: async (report) => (await read<TicketEventRow>(ticketSql.events, { report })).map(ticketEventOf),
    async heads({ limit, before, offset = 0, ...query }) {
      const { sql, values } = headsSql(query, before);
      return (await read<TicketHeadRow>(sql, { ...values, limit, offset })).map(headOf);
    },
    async count(query) {
      const { sql, values } = countSql(query);
      return (await read<{ reports: number }>(sql, values))[0]?.reports ?? 0;
    },
    async same({ subject, hour }) {
      const rows = await read<{ number: number; incident: string; state: TicketState }>(ticketSql.same, {
        subject,
        hour,
      });
      return rows.map((row) => ({ ...row, subject, hour }));
    },
    latest: () => latest(read),
  };
}

export function suggestionStore({ read, change }: Connection): SuggestionStore {
  return {
    put: async (suggestion) => {
      await change(suggestionSql.put, suggestionRow(suggestion));
    },
    list: async (query) =>
      (await read<SuggestionRow>(suggestionSql.list, suggestionValues(query))).map(suggestionOf),
  };
}

export function targetStore({ read, change }: Connection): TargetStore {
  return {
    add: async (target) => (await change(targetSql.add, { ...targetRow(target) })) === 1,
    async get(id) {
      const [row] = await read<TargetRow>(targetSql.get, { id });
      return row ? targetOf(row) : null;
    },
    list: async () => (await read<TargetRow>(targetSql.list)).map(targetOf),
    gone: async (id, at) => {
      await change(targetSql.gone, { id, at });
    },
    remove: async (id) => (await change(targetSql.remove, { id })) === 1,
  };
}
