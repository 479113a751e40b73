import type { TrailLink } from '../../core/access/claims.js';
import { noHash } from '../../core/ledger/chain.js';
import type {
  AccessStore,
  DeviceStore,
  Reply,
  ReplyStore,
  SecondFactorStore,
  SessionStore,
  TokenStore,
  TrailStore,
  UserStore,
} from '../access-store.js';
import {
  deviceSql,
  factorOf,
  factorRow,
  type FactorRow,
  factorSql,
  nameKey,
  replySql,
  sessionOf,
  sessionRow,
  type SessionRow,
  sessionSql,
  tokenOf,
  tokenRow,
  type TokenRow,
  tokenSql,
  trailOf,
  trailRow,
  type TrailRow,
  trailSql,
  userOf,
  type UserRow,
  userSql,
} from '../rows/people.js';
import type { Connection, Value } from './database.js';
import { lock } from './migrate.js';

export function accessStore(on: Connection): AccessStore {
  return {
    tokens: tokenStore(on),
    users: userStore(on),
    sessions: sessionStore(on),
    factors: factorStore(on),
    devices: deviceStore(on),
    trail: trailStore(on),
    replies: replyStore(on),
  };
}

function tokenStore({ read, change }: Connection): TokenStore {
  return {
    add: async (token) => {
      await change(tokenSql.add, tokenRow(token));
    },
    async find(hash) {
      const [row] = await read<TokenRow>(tokenSql.find, { hash });
      return row ? tokenOf(row) : null;
    },
    list: async () => (await read<TokenRow>(tokenSql.list)).map(tokenOf),
    revoke: async (id, at) => (await change(tokenSql.revoke, { id, at })) > 0,
    used: async (id, at) => {
      await change(tokenSql.used, { id, at });
    },
  };
}

function sessionStore({ read, write, change }: Connection): SessionStore {
  return {
    add: (session) =>
      write(async (query) => {
        await query(sessionSql.forget, { at: session.createdAt });
        await query(sessionSql.add, { ...sessionRow(session) });
      }),
    async find(hash) {
      const [row] = await read<SessionRow>(sessionSql.find, { hash });
      return row ? sessionOf(row) : null;
    },
    seen: async (hash, at) => {
      await change(sessionSql.seen, { hash, at });
    },
    checked: async (hash, at, sealedGrant) => {
      await change(sessionSql.checked, { hash, at, sealedGrant });
    },
    list: async (principal) => (await read<SessionRow>(sessionSql.list, { principal })).map(sessionOf),
    remove: async (hash) => {
      await change(sessionSql.remove, { hash });
    },
    removeOf: ({ issuer, subject, id: sid }) => change(sessionSql.removeOf, { issuer, subject, sid }),
  };
}

function factorStore({ read, change }: Connection): SecondFactorStore {
  return {
    async find(person) {
      const [row] = await read<FactorRow>(factorSql.find, { person });
      return row ? factorOf(row) : null;
    },
    put: async (factor) => {
      await change(factorSql.put, { ...factorRow(factor) });
    },
    use: async (person, used) =>
      'step' in used
        ? (await change(factorSql.useStep, { person, step: used.step })) > 0
        : (await change(factorSql.useRecovery, { person, code: used.recovery })) > 0,
    remove: async (person) => (await change(factorSql.remove, { person })) > 0,
  };
}

function deviceStore({ read, write, change }: Connection): DeviceStore {
  return {
    put: (device, before) =>
      write(async (query) => {
        await query(deviceSql.outdated, { before });
        await query(deviceSql.put, { ...device });
      }),
    knows: async (hash, person, after) => (await read(deviceSql.find, { hash, person, after })).length > 0,
    forget: async (person) => {
      await change(deviceSql.forget, { person });
    },
  };
}

function replyStore({ read, write }: Connection): ReplyStore {
  return {
    put: (reply, before) =>
      write(async (query) => {
        await query(replySql.forget, { before });
        await query(replySql.add, { ...reply });
      }),
    find: async (principal, key, after) =>
      (await read<Reply>(replySql.find, { principal, key, after }))[0] ?? null,
  };
}

function trailStore({ read, write }: Connection): TrailStore {
  return {
    append: (link) =>
      write(async (query) => {
        await lock(query, 'trail');
        const [head = { seq: 0, hash: noHash }] = await query<TrailLink>(trailSql.last);
        const entry = link(head);
        if (entry.seq !== head.seq + 1 || entry.previous !== head.hash)
          throw new RangeError('the trail grows at its end only');
        await query(trailSql.add, trailRow(entry));
        return entry;
      }),
    list: async ({ after = 0, limit = Number.MAX_SAFE_INTEGER } = {}) =>
      (await read<TrailRow>(trailSql.after, { after, limit })).map(trailOf),
  };
}

function userStore({ read, write, change }: Connection): UserStore {
  /** Changes a user and ends that user's sessions. */
  const ending = (sql: string, name: string, values: Readonly<Record<string, Value>>): Promise<boolean> =>
    write(async (query) => {
      const key = nameKey(name);
      const changed = await query(`${sql} RETURNING 1`, { ...values, key });
      if (changed.length > 0) await query(userSql.signOut, { key });
      return changed.length > 0;
    });
  return {
    add: async ({ roles, ...rest }) => (await change(userSql.add, { ...rest, roles: roles.join(' ') })) > 0,
    async find(name) {
      const [row] = await read<UserRow>(userSql.find, { key: nameKey(name) });
      return row ? userOf(row) : null;
    },
    list: async () => (await read<UserRow>(userSql.list)).map(userOf),
    setPassword: (name, password, at) => ending(userSql.setPassword, name, { password, at }),
    disable: (name, at) => ending(userSql.disable, name, { at }),
  };
}
