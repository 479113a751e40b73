import type { TrailLink } from '../../core/access/claims.js';
import { noHash } from '../../core/ledger/chain.js';
import type {
  AccessStore,
  Reply,
  ReplyStore,
  SessionStore,
  TokenStore,
  TrailStore,
  UserStore,
} from '../access-store.js';
import {
  nameKey,
  replySql,
  sessionOf,
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
import type { Connection } from './database.js';

export function accessStore(on: Connection): AccessStore {
  return {
    tokens: tokenStore(on),
    users: userStore(on),
    sessions: sessionStore(on),
    trail: trailStore(on),
    replies: replyStore(on),
  };
}

function replyStore({ db, read, write }: Connection): ReplyStore {
  const add = db.prepare(replySql.add);
  const find = db.prepare<object, Reply>(replySql.find);
  const forget = db.prepare(replySql.forget);
  return {
    put: (reply, before) =>
      write(() => {
        forget.run({ before });
        add.run(reply);
      }),
    find: (principal, key, after) => read(() => find.get({ principal, key, after }) ?? null),
  };
}

function trailStore({ db, read, write }: Connection): TrailStore {
  const last = db.prepare<[], TrailLink>(trailSql.last);
  const add = db.prepare(trailSql.add);
  const listed = db.prepare<object, TrailRow>(trailSql.after);
  return {
    append: (link) =>
      write(() => {
        const entry = link(last.get() ?? { seq: 0, hash: noHash });
        add.run(trailRow(entry));
        return entry;
      }),
    list: ({ after = 0, limit = Number.MAX_SAFE_INTEGER } = {}) =>
      read(() => listed.all({ after, limit }).map(trailOf)),
  };
}

function tokenStore({ db, read, write }: Connection): TokenStore {
  const add = db.prepare(tokenSql.add);
  const find = db.prepare<object, TokenRow>(tokenSql.find);
  const list = db.prepare<[], TokenRow>(tokenSql.list);
  const revoke = db.prepare(tokenSql.revoke);
  const used = db.prepare(tokenSql.used);
  return {
    add: (token) => write(() => void add.run(tokenRow(token))),
    find: (hash) =>
      read(() => {
        const row = find.get({ hash });
        return row ? tokenOf(row) : null;
      }),
    list: () => read(() => list.all().map(tokenOf)),
    revoke: (id, at) => write(() => revoke.run({ id, at }).changes > 0),
    used: (id, at) => write(() => void used.run({ id, at })),
  };
}

function sessionStore({ db, read, write }: Connection): SessionStore {
  const add = db.prepare(sessionSql.add);
  const find = db.prepare<object, SessionRow>(sessionSql.find);
  const seen = db.prepare(sessionSql.seen);
  const remove = db.prepare(sessionSql.remove);
  const forget = db.prepare(sessionSql.forget);
  return {
    add: ({ roles, ...rest }) =>
      write(() => {
        forget.run({ at: rest.createdAt });
        add.run({ ...rest, roles: roles.join(' ') });
      }),
    find: (hash) =>
      read(() => {
        const row = find.get({ hash });
        return row ? sessionOf(row) : null;
      }),
    seen: (hash, at) => write(() => void seen.run({ hash, at })),
    remove: (hash) => write(() => void remove.run({ hash })),
  };
}

function userStore({ db, read, write }: Connection): UserStore {
  const add = db.prepare(userSql.add);
  const find = db.prepare<object, UserRow>(userSql.find);
  const list = db.prepare<[], UserRow>(userSql.list);
  const setPassword = db.prepare(userSql.setPassword);
  const disable = db.prepare(userSql.disable);
  const signOut = db.prepare<object>(userSql.signOut);
  const ending = (key: string, changes: number): boolean => {
    if (changes > 0) signOut.run({ key });
    return changes > 0;
  };
  return {
    add: ({ roles, ...rest }) => write(() => add.run({ ...rest, roles: roles.join(' ') }).changes > 0),
    find: (name) =>
      read(() => {
        const row = find.get({ key: nameKey(name) });
        return row ? userOf(row) : null;
      }),
    list: () => read(() => list.all().map(userOf)),
    setPassword: (name, password, at) =>
      write(() => {
        const key = nameKey(name);
        return ending(key, setPassword.run({ key, password, at }).changes);
      }),
    disable: (name, at) =>
      write(() => {
        const key = nameKey(name);
        return ending(key, disable.run({ key, at }).changes);
      }),
  };
}
