import type { TrailEntry } from '../../core/access/claims.js';
import type { Role } from '../../core/access/rules.js';
import { noHash } from '../../core/ledger/chain.js';
import {
  type AccessStore,
  type DeviceStore,
  type Reply,
  type ReplyStore,
  type SecondFactorStore,
  type SessionRecord,
  type SessionStore,
  type TokenRecord,
  type TokenStore,
  type TrailStore,
  type UserRecord,
  type UserStore,
  nameKey,
} from '../access-store.js';
import { change, first, prepare, type SqlDatabase } from './database.js';
import { type ExpressionBuilder, sql } from './kysely.js';
import type { Tables } from './tables.js';

export function accessStore(db: SqlDatabase): AccessStore {
  return {
    tokens: tokenStore(db),
    users: userStore(db),
    sessions: sessionStore(db),
    factors: factorStore(db),
    devices: deviceStore(db),
    trail: trailStore(db),
    replies: replyStore(db),
  };
}

const words = (text: string): string[] => text.split(' ').filter((word) => word !== '');

/** A row with its roles as a list. */
const withRoles = <Row extends { readonly roles: string }>({ roles, ...row }: Row) => ({
  ...row,
  roles: words(roles) as Role[],
});

function tokenStore(db: SqlDatabase): TokenStore {
  const tokens = db.from
    .selectFrom('token')
    .select(['id', 'hash', 'name', 'roles', 'customer', 'scopes', 'created_at as createdAt'])
    .select(['expires_at as expiresAt', 'revoked_at as revokedAt', 'last_used_at as lastUsedAt']);
  type Row = Omit<TokenRecord, 'roles' | 'scopes'> & { roles: string; scopes: string | null };
  const tokenOf = ({ scopes, ...row }: Row): TokenRecord => ({
    ...withRoles(row),
    scopes: scopes === null ? null : words(scopes),
  });
  const byHash = prepare(({ hash }: { hash: string }) => tokens.where('hash', '=', hash));
  return {
    add: async ({ id, hash, name, roles, customer, scopes, createdAt, expiresAt }) => {
      await db.change(
        db.from.insertInto('token').values({
          id,
          hash,
          name,
          roles: roles.join(' '),
          customer,
          scopes: scopes && scopes.join(' '),
          created_at: createdAt,
          expires_at: expiresAt,
        }),
      );
    },
    async find(hash) {
      const [row] = await db.read(byHash({ hash }));
      return row ? tokenOf(row) : null;
    },
    list: async () => (await db.read(tokens.orderBy('created_at').orderBy('id'))).map(tokenOf),
    revoke: async (id, at) => {
      const revoked = db.from.updateTable('token').set({ revoked_at: at }).where('id', '=', id);
      return (await db.change(revoked.where('revoked_at', 'is', null))) > 0;
    },
    used: async (id, at) => {
      await db.change(
        db.from
          .updateTable('token')
          .set({ last_used_at: at })
          .where('id', '=', id)
          .where(({ eb, fn, lit }) => eb(fn.coalesce('last_used_at', lit(0)), '<', at)),
      );
    },
  };
}

/** Names are equal that differ only in the case of their ASCII letters: that is how both databases' `lower` works. */
const isName = (eb: ExpressionBuilder<Tables, 'person'>, name: string) =>
  eb(eb.fn<string>('lower', ['name']), '=', nameKey(name));

function userStore(db: SqlDatabase): UserStore {
  const users = db.from
    .selectFrom('person')
    .select(['name', 'password', 'roles', 'customer', 'created_at as createdAt'])
    .select(['password_at as passwordAt', 'disabled_at as disabledAt', 'email']);
  const setPassword = (name: string, password: string, at: number) =>
    db.from
      .updateTable('person')
      .set({ password, password_at: at })
      .where((eb) => isName(eb, name));
  const disable = (name: string, at: number) =>
    db.from
      .updateTable('person')
      .set({ disabled_at: at })
      .where((eb) => isName(eb, name))
      .where('disabled_at', 'is', null);
  /** Changes a user and ends that user's sessions. */
  const endingSessions = (name: string, query: ReturnType<typeof setPassword>): Promise<boolean> =>
    db.write(function* () {
      if ((yield* change(query)) === 0) return false;
      yield* change(
        db.from
          .deleteFrom('session')
          .where('via', '=', 'password')
          .where('principal', '=', ({ selectFrom }) =>
            selectFrom('person')
              .select(sql<string>`'user:' || name`.as('principal'))
              .where((eb) => isName(eb, name)),
          ),
      );
      return true;
    });
  return {
    add: async ({ name, password, roles, customer, createdAt, passwordAt }) => {
      const row = { name, password, roles: roles.join(' '), customer };
      const added = db.from
        .insertInto('person')
        .values({ ...row, created_at: createdAt, password_at: passwordAt })
        .onConflict((conflict) => conflict.doNothing());
      return (await db.change(added)) > 0;
    },
    async find(name): Promise<UserRecord | null> {
      const [row] = await db.read(users.where((eb) => isName(eb, name)));
      return row ? withRoles(row) : null;
    },
    list: async () =>
      (await db.read(users.orderBy(({ fn }) => fn<string>('lower', ['name'])))).map((row) => withRoles(row)),
    setPassword: (name, password, at) => endingSessions(name, setPassword(name, password, at)),
    disable: (name, at) => endingSessions(name, disable(name, at)),
    setEmail: async (name, email) => {
      const changed = db.from.updateTable('person').set({ email });
      return (await db.change(changed.where((eb) => isName(eb, name)))) > 0;
    },
  };
}

function sessionStore(db: SqlDatabase): SessionStore {
  const sessions = db.from
    .selectFrom('session')
    .select(['hash', 'principal', 'name', 'via', 'roles', 'customer', 'csrf', 'created_at as createdAt'])
    .select(['expires_at as expiresAt', 'seen_at as seenAt', 'origin', 'limited', 'issuer', 'subject'])
    .select(['provider_session as sid', 'checked_at as checkedAt', 'sealed_grant as sealedGrant']);
  const byHash = prepare(({ hash }: { hash: string }) => sessions.where('hash', '=', hash));
  type Row = Awaited<ReturnType<typeof sessions.execute>>[number];
  const sessionOf = ({
    origin,
    limited,
    issuer,
    subject,
    sid,
    checkedAt,
    sealedGrant,
    ...row
  }: Row): SessionRecord => ({
    ...withRoles(row),
    ...(origin !== null && { origin }),
    ...(limited === 1 && { limited: true as const }),
    // A session that an earlier version began names no issuer, and ends by its age.
    ...(issuer !== null && {
      provider: { issuer, subject: subject ?? '', id: sid, checkedAt: checkedAt ?? 0, sealedGrant },
    }),
  });
  const seen = prepare(({ hash, at }: { hash: string; at: number }) =>
    db.from.updateTable('session').set({ seen_at: at }).where('hash', '=', hash).where('seen_at', '<', at),
  );
  return {
    add: (session) =>
      db.write(function* () {
        const { hash, principal, name, via, roles, customer, csrf, createdAt, expiresAt, seenAt } = session;
        const { origin, limited, provider } = session;
        yield* change(db.from.deleteFrom('session').where('expires_at', '<=', createdAt));
        yield* change(
          db.from.insertInto('session').values({
            hash,
            principal,
            name,
            via,
            roles: roles.join(' '),
            customer,
            csrf,
            created_at: createdAt,
            expires_at: expiresAt,
            seen_at: seenAt,
            origin: origin ?? null,
            limited: limited === true ? 1 : 0,
            issuer: provider?.issuer ?? null,
            subject: provider?.subject ?? null,
            provider_session: provider?.id ?? null,
            checked_at: provider?.checkedAt ?? null,
            sealed_grant: provider?.sealedGrant ?? null,
          }),
        );
      }),
    async find(hash): Promise<SessionRecord | null> {
      const [row] = await db.read(byHash({ hash }));
      return row ? sessionOf(row) : null;
    },
    list: async (principal) =>
      (
        await db.read(
          sessions.where('principal', '=', principal).orderBy('created_at', 'desc').orderBy('hash'),
        )
      ).map(sessionOf),
    checked: async (hash, at, sealedGrant) => {
      const confirmed = { checked_at: at, sealed_grant: sealedGrant };
      await db.change(db.from.updateTable('session').set(confirmed).where('hash', '=', hash));
    },
    removeOf: ({ issuer, subject, id }) =>
      db.change(
        db.from
          .deleteFrom('session')
          .where('issuer', '=', issuer)
          .where(({ eb, and, or }) =>
            and([
              ...(subject === null ? [] : [eb('subject', '=', subject)]),
              ...(id === null
                ? []
                : [
                    or([
                      eb('provider_session', '=', id),
                      ...(subject === null ? [] : [eb('provider_session', 'is', null)]),
                    ]),
                  ]),
            ]),
          ),
      ),
    seen: async (hash, at) => {
      await db.change(seen({ hash, at }));
    },
    remove: async (hash) => {
      await db.change(db.from.deleteFrom('session').where('hash', '=', hash));
    },
  };
}

function factorStore(db: SqlDatabase): SecondFactorStore {
  const factors = db.from
    .selectFrom('second_factor')
    .select(['person', 'secret', 'confirmed_at as confirmedAt', 'last_step as lastStep', 'recovery']);
  return {
    async find(person) {
      const [row] = await db.read(factors.where('person', '=', person));
      return row ? { ...row, recovery: words(row.recovery) } : null;
    },
    put: async ({ person, secret, confirmedAt, lastStep, recovery }) => {
      const row = { secret, confirmed_at: confirmedAt, last_step: lastStep, recovery: recovery.join(' ') };
      await db.change(
        db.from
          .insertInto('second_factor')
          .values({ person, ...row })
          .onConflict((conflict) => conflict.column('person').doUpdateSet(row)),
      );
    },
    list: async () => (await db.read(factors)).map((row) => ({ ...row, recovery: words(row.recovery) })),
    reseal: async (person, before, secret) => {
      const update = db.from.updateTable('second_factor').set({ secret });
      await db.change(update.where('person', '=', person).where('secret', '=', before));
    },
    use: (person, used) =>
      db.write(function* () {
        if ('step' in used) {
          const update = db.from.updateTable('second_factor').set({ last_step: used.step });
          return (yield* change(update.where('person', '=', person).where('last_step', '<', used.step))) > 0;
        }
        const row = yield* first(factors.where('person', '=', person));
        const left = words(row?.recovery ?? '');
        if (!left.includes(used.recovery)) return false;
        const recovery = left.filter((one) => one !== used.recovery).join(' ');
        const update = db.from.updateTable('second_factor').set({ recovery }).where('person', '=', person);
        // Another request may have used one in the meantime.
        return (yield* change(update.where('recovery', '=', row?.recovery ?? ''))) > 0;
      }),
    remove: async (person) =>
      (await db.change(db.from.deleteFrom('second_factor').where('person', '=', person))) > 0,
  };
}

function deviceStore(db: SqlDatabase): DeviceStore {
  return {
    put: ({ hash, person, seenAt }, before) =>
      db.write(function* () {
        yield* change(db.from.deleteFrom('device').where('seen_at', '<', before));
        yield* change(
          db.from
            .insertInto('device')
            .values({ hash, person, seen_at: seenAt })
            .onConflict((conflict) => conflict.column('hash').doUpdateSet({ person, seen_at: seenAt })),
        );
      }),
    knows: async (hash, person, after) => {
      const found = db.from.selectFrom('device').select('hash').where('hash', '=', hash);
      return (await db.read(found.where('person', '=', person).where('seen_at', '>=', after))).length > 0;
    },
    forget: async (person) => {
      await db.change(db.from.deleteFrom('device').where('person', '=', person));
    },
  };
}

function replyStore(db: SqlDatabase): ReplyStore {
  return {
    put: ({ contentType, ...reply }, before) =>
      db.write(function* () {
        yield* change(db.from.deleteFrom('reply').where('at', '<=', before));
        yield* change(
          db.from
            .insertInto('reply')
            .values({ ...reply, content_type: contentType })
            .onConflict((conflict) => conflict.doNothing()),
        );
      }),
    async find(principal, key, after): Promise<Reply | null> {
      const [row] = await db.read(
        db.from
          .selectFrom('reply')
          .select(['principal', 'key', 'request', 'at', 'status', 'content_type as contentType', 'body'])
          .where(({ and }) => and({ principal, key }))
          .where('at', '>', after),
      );
      return row ?? null;
    },
  };
}

function trailStore(db: SqlDatabase): TrailStore {
  const last = prepare(() =>
    db.from.selectFrom('trail').select(['seq', 'hash']).orderBy('seq', 'desc').limit(1),
  );
  const rowOf = ({ from, amounts, ...entry }: TrailEntry) => ({
    ...entry,
    origin: from,
    amounts: amounts ? 1 : 0,
  });
  return {
    append: (link) =>
      db.write(function* () {
        yield* db.lock('trail');
        const head = (yield* first(last({}))) ?? { seq: 0, hash: noHash };
        const entry = link(head);
        if (entry.seq !== head.seq + 1 || entry.previous !== head.hash)
          throw new RangeError('the trail grows at its end only');
        yield* change(db.from.insertInto('trail').values(rowOf(entry)));
        return entry;
      }),
    async list({ after = 0, limit = Number.MAX_SAFE_INTEGER } = {}) {
      const rows = await db.read(
        db.from
          .selectFrom('trail')
          .select(['seq', 'at', 'principal', 'name', 'origin as from', 'action', 'target', 'status'])
          .select(['amounts', 'previous', 'hash'])
          .where('seq', '>', after)
          .orderBy('seq')
          .limit(limit),
      );
      return rows.map(({ amounts, ...row }): TrailEntry => ({ ...row, amounts: amounts === 1 }));
    },
  };
}
