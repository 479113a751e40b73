import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { KeyFault } from './key-fault.js';
import { fingerprint, makePair, publicKeyOf, signerOf, type Signer } from './key.js';
import { writeWhole } from './whole-file.js';

/**
 * A folder with the installation's keys: `current` (the id of the one that signs), `<id>.key` (private, of the current
 * one alone, readable by its owner only) and `<id>.pub` (every one that ever signed, so that it can be verified).
 */
export interface KeyFolder {
  /** Makes the first key. Rejects with `KeyFault` where there is one. */
  make(): Promise<string>;
  /** Makes another key that signs from now on; the private part of the one before is deleted, its public part kept. */
  rotate(): Promise<string>;
  /** The key that signs. Rejects with `KeyFault` where there is none, or others could read it. */
  signer(): Promise<Signer>;
  /** Every public key, by id. */
  list(): Promise<readonly PublicKey[]>;
}

export interface PublicKey {
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
    await writeWhole(join(folder, `${pair.id}.pub`), pair.publicPem);
    await writeWhole(join(folder, `${pair.id}.key`), pair.privatePem, 0o600);
    await writeWhole(join(folder, 'current'), `${pair.id}\n`);
    return pair.id;
  };
  return {
    async make() {
      await tried(() => mkdir(folder, { recursive: true, mode: 0o700 }), `${folder} can't be made`);
      const id = await current();
      if (id !== null) {
        throw new KeyFault(
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
        throw new KeyFault(`${file} is no private Ed25519 key; put the right one back from a backup`);
      if (signer.id !== id) {
        throw new KeyFault(`${file} holds the key ${signer.id}; allowed: the one that its name says`);
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
          const own = name.slice(0, -'.pub'.length);
          if (key === null || fingerprint(key) !== own) {
            throw new KeyFault(
              `${join(folder, name)} is not the public key that its name says; put the right one back`,
            );
          }
          return { id: own, pem, current: own === id };
        }),
      );
    },
  };
}

const noKey = (folder: string): KeyFault =>
  new KeyFault(`there is no key in ${folder}; make one: pop-sla keys make`);

async function refuseReadableByOthers(file: string): Promise<void> {
  const { mode } = await tried(() => stat(file), `the private key ${file} can't be read`);
  if ((mode & 0o077) === 0) return;
  const shown = (mode & 0o777).toString(8).padStart(4, '0');
  throw new KeyFault(`${file} has the mode ${shown}: others may use it; allowed: 0600 (chmod 600 ${file})`);
}

/** Null: there is no such file. */
async function readText(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new KeyFault(`${file} can't be read (${codeOf(error)})`, { cause: error });
  }
}

async function tried<T>(work: () => Promise<T>, what: string): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof KeyFault ? error : new KeyFault(`${what} (${codeOf(error)})`, { cause: error });
  }
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? String(error);
