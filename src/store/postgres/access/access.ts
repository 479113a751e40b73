import type { AccessStore, Reply, ReplyStore, SessionStore, TokenStore } from '../../access-store.js';
import {
  replySql,
  sessionOf,
  sessionSql,
  tokenOf,
  tokenRow,
  tokenSql,
  type SessionRow,
  type TokenRow,
} from '../../rows/access.js';
import type { Connection } from '../database.js';
import { trailStore } from './trail.js';
import { userStore } from './users.js';

export function accessStore(on: Connection): AccessStore {
  return {
    tokens: tokenStore(on),
    users: userStore(on),
    sessions: sessionStore(on),
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
    add: ({ roles, ...rest }) =>
      write(async (query) => {
        await query(sessionSql.forget, { at: rest.createdAt });
        await query(sessionSql.add, { ...rest, roles: roles.join(' ') });
      }),
    async find(hash) {
      const [row] = await read<SessionRow>(sessionSql.find, { hash });
      return row ? sessionOf(row) : null;
    },
    seen: async (hash, at) => {
      await change(sessionSql.seen, { hash, at });
    },
    remove: async (hash) => {
      await change(sessionSql.remove, { hash });
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
