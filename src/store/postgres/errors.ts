import pg from 'pg';
import { CorruptPacketsError } from '../packets/bits.js';
import { StoreError } from '../store.js';

type Kind = StoreError['kind'];

/**
 * The meaning of PostgreSQL's codes for an operator, by the code itself, else by its class (the first two characters).
 */
const kinds: Readonly<Record<string, readonly [Kind, remedy: string]>> = {
  '53100': ['full', 'free some space on its disk'],
  '53300': ['busy', 'it has no connection left: raise max_connections, or close others'],
  '25006': ['read-only', 'it takes no writes: give the address of the primary'],
  '28': ['other', 'it refuses the user: check name, password and pg_hba.conf'],
  '3D': ['missing', 'create the database first: createdb NAME'],
  '42501': ['read-only', "the user may not do that: make it the owner of the database's schema"],
  '40': ['busy', 'another change was in the way'],
  '55': ['busy', 'another session holds a lock'],
  '57014': ['io', 'a change took too long: see whether another session holds a lock (pg_stat_activity)'],
  '57': ['io', 'the server is stopping or ended the session'],
  '58': ['io', "check the server's disk and its log"],
  '08': ['io', 'check that the server runs and can be reached'],
  XX: ['corrupt', "the server says that data is damaged: see its log, and its manual's chapter on restoring"],
};

const unreachable = [
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'EPIPE',
];

/**
 * Converts an error of the server or the connection to a `StoreError`. This program's own errors are returned
 * unchanged.
 */
export function toStoreError(error: unknown, name: string): unknown {
  if (error instanceof CorruptPacketsError)
    return new StoreError(`${name} is damaged (${error.message})`, 'corrupt');
  if (error instanceof StoreError || error instanceof RangeError || !(error instanceof Error)) return error;
  const { code } = error as NodeJS.ErrnoException;
  if (error instanceof pg.DatabaseError) {
    const [kind, remedy] = kinds[code ?? ''] ?? kinds[code?.slice(0, 2) ?? ''] ?? ['other', ''];
    const detail = `${code ?? 'no code'}: ${error.message}`;
    return storeError(kind, `${name} failed (${detail})${remedy && `; ${remedy}`}`, error);
  }
  if (/^SASL.*client password/.test(error.message)) {
    const remedy = 'give one by a file (store.passwordFile, PGPASSFILE) or by PGPASSWORD';
    return storeError('other', `${name} asks for a password, and none is known; ${remedy}`, error);
  }
  if (/SSL|TLS|certificate/i.test(`${code ?? ''} ${error.message}`)) {
    const remedy = 'sslrootcert=FILE names who vouches for it, sslmode=disable does without TLS';
    return storeError(
      'other',
      `${name} can't be trusted (${error.message}); behind its address ${remedy}`,
      error,
    );
  }
  if (unreachable.includes(code ?? '') || /connection|timeout|terminated/i.test(error.message)) {
    const detail = error.message === '' ? (code ?? 'no answer') : error.message;
    return storeError(
      'io',
      `${name} can't be reached (${detail}); check that the server runs and its address`,
      error,
    );
  }
  return error;
}

function storeError(kind: Kind, message: string, cause: unknown): StoreError {
  return new StoreError(message, kind, { cause });
}
