import { isContinued } from '../../core/ledger/chain.js';
import type { TicketAction, TicketRecord } from '../../core/ticket/actions.js';
import type { SuggestedMetric, Suggestion } from '../../core/ticket/suggestion.js';
import type { TicketHead, SuggestionStore, TicketQuery, TicketStore } from '../ledger-store.js';
import { change, first, given, prepare, type SqlDatabase, when } from './database.js';
import type { ExpressionBuilder } from './kysely.js';
import { outboxInsert } from './outbox.js';
import type { Tables } from './tables.js';

const headRow = ({ sameness, filedAt, updatedAt, ...head }: TicketHead): Tables['fault_report'] => ({
  ...head,
  subject: sameness?.subject ?? null,
  hour: sameness?.hour ?? null,
  filed_at: filedAt,
  updated_at: updatedAt,
});

const eventRow = ({ actor, action, ...event }: TicketRecord): Tables['fault_event'] => ({
  ...event,
  actor: actor.name,
  side: actor.side,
  action: JSON.stringify(action),
});

const matches = (
  { eb, and, lit }: ExpressionBuilder<Tables, 'fault_report'>,
  query: TicketQuery & { readonly before?: number | undefined },
) => {
  const { path, service, incident, owner } = query;
  return and([
    and(given({ path, service, incident, owner })),
    ...when(query.customers, (some) => (some.length === 0 ? lit(false) : eb('customer', 'in', some))),
    ...when(query.states, (some) => (some.length === 0 ? lit(false) : eb('state', 'in', some))),
    ...when(query.from, (from) => eb('filed_at', '>=', from)),
    ...when(query.to, (to) => eb('filed_at', '<', to)),
    ...when(query.before, (before) => eb('number', '<', before)),
  ]);
};

export function ticketStore(db: SqlDatabase): TicketStore {
  const addToOutbox = outboxInsert(db);
  const latest = db.from
    .selectFrom('fault_report')
    .select(({ fn, lit }) => fn.coalesce(fn.max('number'), lit(0)).as('number'));
  const last = prepare(({ report }: { report: number }) =>
    db.from
      .selectFrom('fault_event')
      .select(['seq', 'hash'])
      .where('report', '=', report)
      .orderBy('seq', 'desc')
      .limit(1),
  );
  const putHead = (head: TicketHead) =>
    db.from
      .insertInto('fault_report')
      .values(headRow(head))
      .onConflict((conflict) =>
        conflict.column('number').doUpdateSet(({ ref }) => ({
          state: ref('excluded.state'),
          incident: ref('excluded.incident'),
          owner: ref('excluded.owner'),
          updated_at: ref('excluded.updated_at'),
        })),
      );
  return {
    append: ({ events, head, outbox }) =>
      db.write(function* () {
        yield* db.lock('faults');
        const before = (yield* first(last({ report: head.number }))) ?? null;
        if (before === null && head.number !== ((yield* first(latest))?.number ?? 0) + 1) return 'moved';
        if (!isContinued(before, events)) return 'moved';
        yield* change(putHead(head));
        for (const event of events) yield* change(db.from.insertInto('fault_event').values(eventRow(event)));
        yield* addToOutbox(outbox);
        return 'stored';
      }),
    async events(report) {
      const rows = await db.read(
        db.from
          .selectFrom('fault_event')
          .select(['report', 'seq', 'at', 'actor', 'side', 'action', 'previous', 'hash'])
          .where('report', '=', report)
          .orderBy('seq'),
      );
      return rows.map(({ actor, side, action, ...row }) => ({
        ...row,
        actor: { name: actor, side },
        action: JSON.parse(action) as TicketAction,
      }));
    },
    async heads({ limit, offset = 0, ...query }) {
      const rows = await db.read(
        db.from
          .selectFrom('fault_report')
          .select(['number', 'customer', 'path', 'service', 'state', 'incident', 'owner', 'subject', 'hour'])
          .select(['filed_at as filedAt', 'updated_at as updatedAt'])
          .where((eb) => matches(eb, query))
          .orderBy('number', 'desc')
          .limit(limit)
          .offset(offset),
      );
      return rows.map(({ subject, hour, ...row }): TicketHead => ({
        ...row,
        sameness: subject === null || hour === null ? null : { subject, hour },
      }));
    },
    async count(query) {
      const [row] = await db.read(
        db.from
          .selectFrom('fault_report')
          .select(({ fn }) => fn.countAll<number>().as('reports'))
          .where((eb) => matches(eb, query)),
      );
      return row?.reports ?? 0;
    },
    async same({ subject, hour }) {
      const rows = await db.read(
        db.from
          .selectFrom('fault_report')
          .select(['number', 'incident', 'state'])
          .where(({ and }) => and({ subject, hour }))
          .orderBy('number'),
      );
      return rows.map((row) => ({ ...row, subject, hour }));
    },
    latest: async () => (await db.read(latest))[0]?.number ?? 0,
  };
}

export function suggestionStore(db: SqlDatabase): SuggestionStore {
  return {
    put: async ({ path, firstSlot, lastSlot, metrics, raisedAt, endedSlot }) => {
      await db.change(
        db.from
          .insertInto('fault_suggestion')
          .values({
            path,
            first_slot: firstSlot,
            last_slot: lastSlot,
            metrics: metrics.join(','),
            raised_at: raisedAt,
            ended_slot: endedSlot,
          })
          .onConflict((conflict) =>
            conflict.columns(['path', 'first_slot']).doUpdateSet(({ ref }) => ({
              last_slot: ref('excluded.last_slot'),
              metrics: ref('excluded.metrics'),
              ended_slot: ref('excluded.ended_slot'),
            })),
          ),
      );
    },
    async list({ path, open, before, limit }) {
      const rows = await db.read(
        db.from
          .selectFrom('fault_suggestion')
          .select(['path', 'first_slot as firstSlot', 'last_slot as lastSlot', 'metrics'])
          .select(['raised_at as raisedAt', 'ended_slot as endedSlot'])
          .where(({ eb, and, or }) =>
            and([
              and(given({ path })),
              ...(open === true ? [eb('ended_slot', 'is', null)] : []),
              ...when(before, (last) =>
                or([
                  eb('first_slot', '<', last.firstSlot),
                  eb('first_slot', '=', last.firstSlot).and('path', '>', last.path),
                ]),
              ),
            ]),
          )
          .orderBy('first_slot', 'desc')
          .orderBy('path')
          .limit(limit),
      );
      return rows.map(({ metrics, ...row }): Suggestion => ({
        ...row,
        metrics: metrics.split(',') as SuggestedMetric[],
      }));
    },
  };
}
