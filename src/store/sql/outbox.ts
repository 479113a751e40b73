import type {
  NotifyTarget,
  OutboxDraft,
  OutboxMessage,
  OutboxStore,
  TargetStore,
} from '../statement-store.js';
import { all, change, prepare, type Script, type SqlDatabase, when } from './database.js';
import { sql } from './kysely.js';

/** Adds messages within the caller's transaction; one with an existing key is skipped. */
export function outboxInsert(db: SqlDatabase): (drafts: readonly OutboxDraft[]) => Script<void> {
  const insert = prepare(({ key, target, event, about, body, at, dueAt }: Required<OutboxDraft>) =>
    db.from
      .insertInto('outbox')
      .values({ key, target, event, about, body, created_at: at, due_at: dueAt })
      .onConflict((conflict) => conflict.column('key').doNothing()),
  );
  return function* (drafts) {
    for (const draft of drafts) yield* change(insert({ dueAt: draft.at, ...draft }));
  };
}

const columns = [
  ...(['id', 'key', 'target', 'event', 'about', 'body', 'created_at as createdAt'] as const),
  ...([
    'due_at as dueAt',
    'attempts',
    'state',
    'last_error as lastError',
    'settled_at as settledAt',
  ] as const),
] as const;

export function outboxStore(db: SqlDatabase): OutboxStore {
  const add = outboxInsert(db);
  const messages = db.from.selectFrom('outbox').select(columns);
  /** A literal, because a partial index serves only queries that name its condition. */
  const waiting = sql.lit('waiting' as const);
  const claim = ({ now, until, limit, except = [] }: Parameters<OutboxStore['claim']>[0]) =>
    db.from
      .updateTable('outbox')
      .set({ due_at: until })
      .where('id', 'in', ({ selectFrom }) =>
        selectFrom('outbox')
          .select('id')
          .where('state', '=', waiting)
          .where('due_at', '<=', now)
          .$if(except.length > 0, (due) => due.where('target', 'not in', except))
          .orderBy('due_at')
          .orderBy('id')
          .limit(limit)
          // Messages that another process claims at this moment are skipped, without waiting.
          .$if(db.dialect === 'postgres', (due) => due.forUpdate().skipLocked()),
      )
      .returning(columns);
  const update = () => db.from.updateTable('outbox');
  return {
    add: (drafts, network = { told: [], ended: [] }) =>
      db.write(function* () {
        yield* add(drafts);
        for (const { event, about } of [...network.ended, ...network.told])
          yield* change(
            db.from.deleteFrom('network_told').where('event', '=', event).where('about', '=', about),
          );
        for (const one of network.told) yield* change(db.from.insertInto('network_told').values(one));
      }),
    told: () =>
      db.read(
        db.from
          .selectFrom('network_told')
          .select(['event', 'about', 'began', 'used'])
          .orderBy('event')
          .orderBy('about'),
      ),
    claim: (query) =>
      db.write(function* () {
        const claimed: OutboxMessage[] = yield* all(claim(query));
        return claimed.sort((a, b) => a.id - b.id);
      }),
    isPreceded: async ({ id, target, about }) => {
      const older = db.from
        .selectFrom('outbox')
        .select('id')
        .where('state', '=', waiting)
        .where('target', '=', target)
        .where('about', '=', about)
        .where('id', '<', id)
        .limit(1);
      return (await db.read(older)).length > 0;
    },
    tried: async (id, { state, error, at, dueAt }) => {
      const settledAt = state === 'waiting' ? null : at;
      await db.change(
        update()
          .set({ state, last_error: error, due_at: dueAt, settled_at: settledAt })
          .set(({ eb, lit }) => ({ attempts: eb('attempts', '+', lit(1)) }))
          .where('id', '=', id)
          .where('state', '=', waiting),
      );
    },
    list: ({ states, before, limit }) =>
      db.read(
        messages
          .where(({ eb, and, lit }) =>
            and([
              ...when(states, (some) => (some.length === 0 ? lit(false) : eb('state', 'in', some))),
              ...when(before, (id) => eb('id', '<', id)),
            ]),
          )
          .orderBy('id', 'desc')
          .limit(limit),
      ),
    get: async (id) => (await db.read(messages.where('id', '=', id)))[0] ?? null,
    retry: async (id, at) => {
      const retried = update().set({ state: 'waiting', attempts: 0, due_at: at, settled_at: null });
      return (await db.change(retried.where('id', '=', id).where('state', '<>', 'sent'))) === 1;
    },
    drop: async (id, at) => {
      const dropped = update().set({ state: 'dropped', settled_at: at });
      return (await db.change(dropped.where('id', '=', id).where('state', 'in', ['waiting', 'dead']))) === 1;
    },
    async depth() {
      const dead = sql.lit('dead' as const);
      const [depth] = await db.read(
        db.from
          .selectFrom('outbox')
          .select(({ fn }) => [
            fn.countAll<number>().filterWhere('state', '=', waiting).as('waiting'),
            fn.countAll<number>().filterWhere('state', '=', dead).as('dead'),
            fn.min<number | null>('created_at').filterWhere('state', '=', waiting).as('oldestWaitingAt'),
          ])
          .where('state', 'in', [waiting, dead]),
      );
      return depth ?? { waiting: 0, dead: 0, oldestWaitingAt: null };
    },
    sweep: (before) =>
      db.change(
        db.from
          .deleteFrom('outbox')
          .where('state', 'in', ['sent', 'dropped'])
          .where('settled_at', '<', before),
      ),
  };
}

export function targetStore(db: SqlDatabase): TargetStore {
  const targets = db.from
    .selectFrom('notify_target')
    .select(['id', 'customer', 'kind', 'address', 'secret', 'language', 'events', 'query'])
    .select(['created_at as createdAt', 'created_by as createdBy', 'gone_at as goneAt']);
  type Row = Omit<NotifyTarget, 'events' | 'goneAt'> & {
    readonly events: string;
    readonly goneAt: number | null;
  };
  const targetOf = ({ events, goneAt, ...row }: Row): NotifyTarget => ({
    ...row,
    events: events.split(','),
    ...(goneAt !== null && { goneAt }),
  });
  return {
    add: async ({ createdAt, createdBy, events, goneAt, ...target }) => {
      const row = {
        ...target,
        events: events.join(','),
        created_at: createdAt,
        created_by: createdBy,
        gone_at: goneAt ?? null,
      };
      const added = db.from
        .insertInto('notify_target')
        .values(row)
        .onConflict((conflict) => conflict.column('id').doNothing());
      return (await db.change(added)) === 1;
    },
    async get(id) {
      const [row] = await db.read(targets.where('id', '=', id));
      return row ? targetOf(row) : null;
    },
    list: async () => (await db.read(targets.orderBy('created_at').orderBy('id'))).map(targetOf),
    gone: async (id, at) => {
      await db.change(db.from.updateTable('notify_target').set({ gone_at: at }).where('id', '=', id));
    },
    remove: async (id) => (await db.change(db.from.deleteFrom('notify_target').where('id', '=', id))) === 1,
  };
}
