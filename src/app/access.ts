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

/** Who may come in, as the web server asks it. Rejects with `ListenFault`. */
export async function openAccess({
  store,
  config,
  now,
}: AccessOptions): Promise<NonNullable<HttpOptions['access']>> {
  const { auth, publicUrl } = config().http;
  const { sessionMs, idleMs, oidc } = auth;
  const door = createDoor({ store: store.access, now, sessionMs, idleMs });
  // Loaded where there is a provider: it takes its time.
  const { createOidc } = oidc === null ? { createOidc: null } : await import('../engine/access/oidc.js');
  const customers = () => config().book.customers.map(({ id }) => id);
  return {
    ...{ door, store: store.access, now },
    registry: createRegistry({ store: store.access, now, customers }),
    oidc:
      oidc === null || publicUrl === null || createOidc === null
        ? undefined
        : createOidc({
            ...{ config: oidc, door, customers, now, redirectUri: `${publicUrl}/auth/oidc/callback` },
            clientSecret: oidc.clientSecretFile === null ? null : await readSecret(oidc.clientSecretFile),
          }),
  };
}

const readSecret = async (file: string): Promise<string> =>
  (await readText('http.auth.oidc.clientSecretFile', file, 'a file')).trim();

/** The texts of both files. Rejects with `ListenFault`. */
export async function readTls({ cert, key }: { readonly cert: string; readonly key: string }) {
  return {
    cert: await readText('http.tls.cert', cert, 'a PEM file'),
    key: await readText('http.tls.key', key, 'a PEM file'),
  };
}

async function readText(name: string, file: string, what: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const fault = `${name} ${file} can't be read (${code ?? String(error)})`;
    throw new ListenFault(`${fault}; allowed: ${what} that this user may read`, { cause: error });
  }
}
