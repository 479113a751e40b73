import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from './canonical.js';
import { writeAtomically } from './atomic-file.js';

/** The installation's keys can't be used; the message says what is wrong and what mends it. */
export class KeyError extends Error {
  override readonly name = 'KeyFault';

  /** The command that puts it right; null: there is none. */
  readonly remedy: string | null;

  constructor(
    message: string,
    { remedy = null, ...options }: ErrorOptions & { remedy?: string | null } = {},
  ) {
    super(message, options);
    this.remedy = remedy;
  }
}

/** Signs for the installation. */
export interface Signer {
  /** The fingerprint of its public key. */
  readonly id: string;
  /** Ed25519 over the UTF-8 of `text`, base64. */
  sign(text: string): string;
}

/** The first 32 hexadecimal digits of the SHA-256 of the public key (SPKI, DER). */
export function fingerprint(publicKey: KeyObject): string {
  return sha256(publicKey.export({ type: 'spki', format: 'der' })).slice(0, 32);
}

/** A new pair as PEM texts. */
export function makePair(): { readonly id: string; readonly privatePem: string; readonly publicPem: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return {
    id: fingerprint(publicKey),
    privatePem: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    publicPem: publicKey.export({ type: 'spki', format: 'pem' }) as string,
  };
}

/** Null: it is no private Ed25519 key. */
export function signerOf(privatePem: string): Signer | null {
  const key = readKey(() => createPrivateKey(privatePem));
  if (key === null) return null;
  const id = fingerprint(createPublicKey(privatePem));
  return { id, sign: (text) => sign(null, Buffer.from(text), key).toString('base64') };
}

/** Null: it is no public Ed25519 key. */
export function publicKeyOf(publicPem: string): KeyObject | null {
  return readKey(() => createPublicKey(publicPem));
}

export function isSignedBy(text: string, signature: string, key: KeyObject): boolean {
  return verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64'));
}

function readKey(read: () => KeyObject): KeyObject | null {
  try {
    const key = read();
    return key.asymmetricKeyType === 'ed25519' ? key : null;
  } catch {
    return null;
  }
}

/**
 * A folder with the installation's keys: `current` (the id of the one that signs), `<id>.key` (private, of the current
 * one alone, readable by its owner only) and `<id>.pub` (every one that ever signed, so that it can be verified).
 */
export interface KeyFolder {
  /** Makes the first key. Rejects with `KeyError` where there is one. */
  make(): Promise<string>;
  /** Makes another key that signs from now on; the private part of the one before is deleted, its public part kept. */
  rotate(): Promise<string>;
  /** The key that signs. Rejects with `KeyError` where there is none, or others could read it. */
  signer(): Promise<Signer>;
  /** Every public key, by id. */
  list(): Promise<readonly PublicKey[]>;
}

interface PublicKey {
  readonly id: string;
  readonly pem: string;
  /** It is the one that signs. */
  readonly current: boolean;
}

export function keyFolder(folder: string): KeyFolder {
  const current = (): Promise<string | null> =>
    readText(join(folder, 'current')).then((id) => id?.trim() ?? null);
  const write = async (): Promise<string> => {
    const pair = makePair();
    await writeAtomically(join(folder, `${pair.id}.pub`), pair.publicPem);
    await writeAtomically(join(folder, `${pair.id}.key`), pair.privatePem, 0o600);
    await writeAtomically(join(folder, 'current'), `${pair.id}\n`);
    return pair.id;
  };
  return {
    async make() {
      await tried(() => mkdir(folder, { recursive: true, mode: 0o700 }), `${folder} can't be made`);
      const id = await current();
      if (id !== null) {
        throw new KeyError(
          `${folder} has a key already, ${id}; allowed: pop-sla keys rotate, for another one`,
        );
      }
      return tried(write, `the key can't be written to ${folder}`);
    },
    async rotate() {
      const before = await current();
      if (before === null) throw noKey(folder);
      const id = await tried(write, `the key can't be written to ${folder}`);
      await rm(join(folder, `${before}.key`), { force: true });
      return id;
    },
    async signer() {
      const id = await current();
      if (id === null) throw noKey(folder);
      const file = join(folder, `${id}.key`);
      await refuseReadableByOthers(file);
      const signer = signerOf((await readText(file)) ?? '');
      if (signer === null)
        throw new KeyError(`${file} is no private Ed25519 key; put the right one back from a backup`);
      if (signer.id !== id) {
        throw new KeyError(`${file} holds the key ${signer.id}; allowed: the one that its name says`);
      }
      return signer;
    },
    async list() {
      const id = await current();
      const files = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.pub')).sort();
      return Promise.all(
        files.map(async (name): Promise<PublicKey> => {
          const pem = (await readText(join(folder, name))) ?? '';
          const key = publicKeyOf(pem);
          const named = name.slice(0, -'.pub'.length);
          if (key === null || fingerprint(key) !== named) {
            throw new KeyError(
              `${join(folder, name)} is not the public key that its name says; put the right one back`,
            );
          }
          return { id: named, pem, current: named === id };
        }),
      );
    },
  };
}

const noKey = (folder: string): KeyError =>
  new KeyError(`there is no key in ${folder}; make one: pop-sla keys make`, { remedy: 'pop-sla keys make' });

/** Rejects with `KeyError` where others than the owner may read a private file. */
export async function refuseReadableByOthers(file: string): Promise<void> {
  const { mode } = await tried(() => stat(file), `the private key ${file} can't be read`);
  if ((mode & 0o077) === 0) return;
  const shown = (mode & 0o777).toString(8).padStart(4, '0');
  const what = `${file} has the mode ${shown}: others may use it; allowed: 0600 (chmod 600 ${file})`;
  throw new KeyError(what, { remedy: `chmod 600 ${file}` });
}

/** Null: there is no such file. */
export async function readText(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new KeyError(`${file} can't be read (${codeOf(error)})`, { cause: error });
  }
}

async function tried<T>(work: () => Promise<T>, what: string): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof KeyError ? error : new KeyError(`${what} (${codeOf(error)})`, { cause: error });
  }
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? String(error);
