import { readFileSync } from 'node:fs';
import {
  credsAuthenticator,
  nkeyAuthenticator,
  usernamePasswordAuthenticator,
  type Authenticator,
} from '@nats-io/transport-node';
import type { MeshLogin } from '../config/mesh-config.js';
import { MeshFault } from './fault.js';

/**
 * How a connection says who it is. The files are read anew at each connection, so that a secret can be changed under
 * a running daemon; one that has become unreadable leaves the last that was read in force. Throws `MeshFault` for one
 * that can't be read now.
 */
export function authenticatorOf(login: MeshLogin): Authenticator | null {
  switch (login.kind) {
    case 'none':
      return null;
    case 'password': {
      const read = kept(login.passwordFile, 'mesh.passwordFile', 'a password, and nothing else');
      return usernamePasswordAuthenticator(login.user, () => read());
    }
    case 'nkey': {
      const allowed = 'the seed of a user’s NKey, which begins with SU';
      const read = kept(login.seedFile, 'mesh.nkeySeedFile', allowed, (text) =>
        /^SU[A-Z2-7]{56}$/.test(text),
      );
      return nkeyAuthenticator(() => new TextEncoder().encode(read()));
    }
    case 'creds': {
      const allowed = 'a .creds file with a JWT and a seed';
      const read = kept(login.file, 'mesh.credsFile', allowed, (text) =>
        /BEGIN NATS USER JWT[\s\S]*BEGIN USER NKEY SEED/.test(text),
      );
      return credsAuthenticator(() => new TextEncoder().encode(read()));
    }
  }
}

/** Reads a secret now, and then again whenever it is asked for. */
function kept(
  file: string,
  key: string,
  allowed: string,
  fits: (text: string) => boolean = (text) => text !== '',
): () => string {
  const read = (): string => {
    const text = readFileSync(file, 'utf8').trim();
    if (!fits(text)) throw new MeshFault(`${key} ${file}: is not one; allowed: ${allowed}`);
    return text;
  };
  let last: string;
  try {
    last = read();
  } catch (error) {
    if (error instanceof MeshFault) throw error;
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw new MeshFault(`${key} ${file}: can't be read (${code}); allowed: ${allowed}`, { cause: error });
  }
  return () => {
    try {
      last = read();
    } catch {
      // What was read before stays in force.
    }
    return last;
  };
}
