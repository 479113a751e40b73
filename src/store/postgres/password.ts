import { readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { PostgresAddress } from '../../core/address/postgres.js';
import { StoreFault } from '../store.js';

export interface PasswordSources {
  readonly address: PostgresAddress;
  readonly user: string;
  /** A file with the password alone. */
  readonly passwordFile: string | null;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * The password for a new connection, from the first of: the URL, the file for it alone, `PGPASSWORD`, a `.pgpass`.
 * Read each time, so that it can be changed under a program that runs. Null: there is none. Rejects with `StoreFault`.
 */
export async function passwordFor({
  address,
  user,
  passwordFile,
  env,
}: PasswordSources): Promise<string | null> {
  if (address.password !== null) return address.password;
  if (passwordFile !== null) return (await readWanted(passwordFile, 'the password')).replace(/\r?\n$/, '');
  if (env['PGPASSWORD'] !== undefined) return env['PGPASSWORD'];
  const asked = address.passwords ?? env['PGPASSFILE'];
  const file = asked ?? join(homedir(), '.pgpass');
  const text = asked === undefined ? await readIfThere(file) : await readWanted(file, 'passwords');
  if (text === null) return null;
  const { host, port, database } = address;
  const wanted = [host.startsWith('/') ? 'localhost' : host, String(port), database, user];
  for (const line of text.split(/\r?\n/)) {
    const fields = line.startsWith('#') ? [] : fieldsOf(line);
    if (fields.length === 5 && wanted.every((word, index) => ['*', word].includes(fields[index] ?? '')))
      return fields[4] ?? null;
  }
  return null;
}

/** Apart by colons; a backslash takes the next character as it is. */
function fieldsOf(line: string): string[] {
  return [...line.matchAll(/((?:\\.|[^\\:])*)(:|$)/g)]
    .slice(0, 5)
    .map(([, field = '']) => field.replace(/\\(.)/g, '$1'));
}

async function readWanted(file: string, what: string): Promise<string> {
  try {
    const { mode } = await stat(file);
    if (mode & 0o077) {
      throw new StoreFault(
        `${file} with ${what} can be read by others than its owner: chmod 0600 ${file}`,
        'other',
      );
    }
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof StoreFault) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw new StoreFault(`${file} with ${what} can't be read (${code ?? String(error)})`, 'other', {
      cause: error,
    });
  }
}

/** As PostgreSQL's programs do, one that others may read is passed over. */
async function readIfThere(file: string): Promise<string | null> {
  try {
    return (await stat(file)).mode & 0o077 ? null : await readFile(file, 'utf8');
  } catch {
    return null;
  }
}
