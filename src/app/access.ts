import { readFile } from 'node:fs/promises';
import type { Config } from '../config/config.js';
import type { EpochMs } from '../core/types.js';
import { createDoor } from '../engine/access/door.js';
import { createRegistry } from '../engine/access/registry.js';
import type { HttpOptions } from '../http/http.js';
import type { Store } from '../store/store.js';
import { ListenFault } from './faults.js';

export interface AccessOptions {
  readonly store: Pick<Store, 'access'>;
  readonly config: () => Config;
  readonly now: () => EpochMs;
}

/** Who may come in, as the web server asks it. */
export function openAccess({ store, config, now }: AccessOptions): NonNullable<HttpOptions['access']> {
  const { sessionMs, idleMs } = config().http.auth;
  return {
    door: createDoor({ store: store.access, now, sessionMs, idleMs }),
    registry: createRegistry({
      ...{ store: store.access, now },
      customers: () => config().book.customers.map(({ id }) => id),
    }),
    ...{ store: store.access, now },
  };
}

/** The texts of both files. Rejects with `ListenFault`. */
export async function readTls({ cert, key }: { readonly cert: string; readonly key: string }) {
  const read = async (name: string, file: string): Promise<string> => {
    try {
      return await readFile(file, 'utf8');
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      const what = `http.tls.${name} ${file} can't be read (${code ?? String(error)})`;
      throw new ListenFault(`${what}; allowed: a PEM file that this user may read`, { cause: error });
    }
  };
  return { cert: await read('cert', cert), key: await read('key', key) };
}
