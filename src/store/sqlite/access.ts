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
import type { Connection } from './database.js';

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
  const checked = db.prepare(sessionSql.checked);
  const list = db.prepare<object, SessionRow>(sessionSql.list);
  const removeOf = db.prepare(sessionSql.removeOf);
  return {
    add: (session) =>
      write(() => {
        forget.run({ at: session.createdAt });
        add.run(sessionRow(session));
      }),
    find: (hash) =>
      read(() => {
        const row = find.get({ hash });
        return row ? sessionOf(row) : null;
      }),
    seen: (hash, at) => write(() => void seen.run({ hash, at })),
    checked: (hash, at, sealedGrant) => write(() => void checked.run({ hash, at, sealedGrant })),
    list: (principal) => read(() => list.all({ principal }).map(sessionOf)),
    remove: (hash) => write(() => void remove.run({ hash })),
    removeOf: ({ issuer, subject, id: sid }) => write(() => removeOf.run({ issuer, subject, sid }).changes),
  };
}

function factorStore({ db, read, write }: Connection): SecondFactorStore {
  const find = db.prepare<object, FactorRow>(factorSql.find);
  const put = db.prepare(factorSql.put);
  const useStep = db.prepare(factorSql.useStep);
  const useRecovery = db.prepare(factorSql.useRecovery);
  const remove = db.prepare(factorSql.remove);
  return {
    find: (person) =>
      read(() => {
        const row = find.get({ person });
        return row ? factorOf(row) : null;
      }),
    put: (factor) => write(() => void put.run(factorRow(factor))),
    use: (person, used) =>
      write(() => {
        const done =
          'step' in used
            ? useStep.run({ person, step: used.step })
            : useRecovery.run({ person, code: used.recovery });
        return done.changes > 0;
      }),
    remove: (person) => write(() => remove.run({ person }).changes > 0),
  };
}

function deviceStore({ db, read, write }: Connection): DeviceStore {
  const put = db.prepare(deviceSql.put);
  const outdated = db.prepare(deviceSql.outdated);
  const find = db.prepare(deviceSql.find);
  const forget = db.prepare(deviceSql.forget);
  return {
    put: (device, before) =>
      write(() => {
        outdated.run({ before });
        put.run(device);
      }),
    knows: (hash, person, after) => read(() => find.get({ hash, person, after }) !== undefined),
    forget: (person) => write(() => void forget.run({ person })),
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
