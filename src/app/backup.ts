import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import {
  lstat,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
  type FileHandle,
} from 'node:fs/promises';
import { dirname, isAbsolute, join, normalize } from 'node:path';
import type { Config } from '../config/config.js';
import { cachedConfigFile } from '../config/hub.js';
import type { EpochMs } from '../core/types.js';
import type { Store } from '../store/store.js';

/** The archive is not what was made, or something is in the way; the message says what. */
export class BackupError extends Error {
  override readonly name = 'BackupError';
}

const format = 'pop-sla-backup/1';

export interface BackedUpFile {
  readonly role: 'configuration' | 'customers' | 'key' | 'mesh configuration' | 'database';
  /** Where it is on the machine, absolute. */
  readonly path: string;
  readonly bytes: number;
  readonly mode: number;
  readonly sha256: string;
}

export interface BackupManifest {
  readonly format: typeof format;
  /** Of the program that made it. */
  readonly version: string;
  readonly at: string;
  readonly files: readonly BackedUpFile[];
}

export interface BackupOptions {
  readonly config: Config;
  /** Null: it is in PostgreSQL. */
  readonly store: Pick<Store, 'upkeep'> | null;
  /** Absolute; a file that does not exist yet. */
  readonly target: string;
  readonly version: string;
  readonly now: EpochMs;
}

export interface BackupDone {
  readonly bytes: number;
  readonly manifest: BackupManifest;
}

/** When a database was last backed up, for `doctor`; beside the database. */
export const lastBackupFile = (storePath: string): string => join(dirname(storePath), 'last-backup.json');

export interface LastBackup {
  readonly at: string;
  readonly file: string;
  readonly bytes: number;
}

/** Null: none is noted. */
export async function lastBackup(storePath: string): Promise<LastBackup | null> {
  try {
    return JSON.parse(await readFile(lastBackupFile(storePath), 'utf8')) as LastBackup;
  } catch {
    return null;
  }
}

/**
 * Puts everything that a restore needs into one new file (a tar, for its owner alone), while the daemon works: database,
 * configuration, customers, keys, and the mesh that an agent keeps. It is read again before it gets its name. A database
 * in PostgreSQL is not in it. Rejects with `BackupError` or `StoreError`; then there is no file.
 */
export async function makeBackup(options: BackupOptions): Promise<BackupDone> {
  const { config, store, target, version, now } = options;
  if (existsSync(target)) throw new BackupError(`${target} is there already; allowed: a new file`);
  const [partial, database] = [`${target}.partial-${process.pid}`, `${target}.database-${process.pid}`];
  try {
    const sources = await filesOf(config);
    if (store !== null) {
      await store.upkeep.backup(database);
      sources.push({ role: 'database', path: config.store.path, from: database });
    }
    const files: BackedUpFile[] = [];
    for (const { role, path, from } of sources) {
      const { size, mode } = await stat(from);
      const sha256 = await hashOf(createReadStream(from));
      files.push({ role, path, bytes: size, mode: mode & 0o777, sha256 });
    }
    const manifest: BackupManifest = { format, version, at: new Date(now).toISOString(), files };
    await writeArchive(
      partial,
      manifest,
      sources.map(({ from }) => from),
    );
    await readArchive(partial);
    await rename(partial, target);
    const { size } = await stat(target);
    const note: LastBackup = { at: manifest.at, file: target, bytes: size };
    // Whoever may read the database and not write beside it has a backup all the same.
    if (store !== null)
      await writeFile(lastBackupFile(config.store.path), `${JSON.stringify(note)}\n`).catch(() => undefined);
    return { bytes: size, manifest };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === undefined || error instanceof BackupError || (error as Error).name === 'StoreError')
      throw error;
    throw new BackupError(`the backup ${target} could not be written: ${String(error)}`, { cause: error });
  } finally {
    for (const one of [partial, database]) await rm(one, { force: true });
  }
}

interface Source {
  readonly role: BackedUpFile['role'];
  readonly path: string;
  readonly from: string;
}

async function filesOf(config: Config): Promise<Source[]> {
  const files: Source[] = [];
  const add = (role: Source['role'], path: string): void => {
    if (existsSync(path)) files.push({ role, path, from: path });
  };
  add('configuration', config.file);
  if (config.customers !== null) add('customers', config.customers);
  for (const name of (await readdir(config.keys.folder).catch(() => [])).sort())
    if ((await lstat(join(config.keys.folder, name))).isFile()) add('key', join(config.keys.folder, name));
  if (config.store.postgres === null) add('mesh configuration', cachedConfigFile(config.store.path));
  return files;
}

/**
 * Writes the files of a backup to where they were, below `root`. Nothing is overwritten, and everything is checked before
 * the first file gets its name. Rejects with `BackupError`; then nothing was restored.
 */
export async function restoreBackup(options: {
  readonly archive: string;
  /** `/` for the machine itself. */
  readonly root: string;
}): Promise<BackupManifest> {
  const { archive, root } = options;
  const { manifest, contents } = await readArchive(archive);
  const targets = manifest.files.map(({ path }) => join(root, path));
  const inTheWay = targets.filter((path) => existsSync(path));
  if (inTheWay.length > 0)
    throw new BackupError(
      `${inTheWay.join(', ')} would be overwritten; allowed: a machine without them (move them away first)`,
    );
  const partials = targets.map((path) => `${path}.partial-${process.pid}`);
  const input = await open(archive, 'r');
  try {
    for (const [index, file] of manifest.files.entries()) {
      const partial = partials[index] ?? '';
      await mkdir(dirname(partial), { recursive: true, mode: 0o750 });
      const output = await open(partial, 'wx', file.mode);
      try {
        const from = contents[index] ?? 0;
        await copyBytes(input, { from, bytes: file.bytes }, output);
        await output.sync();
      } finally {
        await output.close();
      }
    }
    for (const [index, partial] of partials.entries()) await rename(partial, targets[index] ?? '');
    return manifest;
  } catch (error) {
    if (error instanceof BackupError) throw error;
    throw new BackupError(`nothing was restored: ${String(error)}`, { cause: error });
  } finally {
    await input.close();
    for (const partial of partials) await rm(partial, { force: true });
  }
}

const block = 512;
/** The last member: the hash of the manifest, which has the hashes of all others. */
const digestName = 'manifest.sha256';
const digestBytes = 64;
const padding = (bytes: number): number => (block - (bytes % block)) % block;

async function writeArchive(file: string, manifest: BackupManifest, from: readonly string[]): Promise<void> {
  const output = await open(file, 'wx', 0o600);
  try {
    const text = Buffer.from(`${JSON.stringify(manifest, null, 1)}\n`);
    await output.write(
      Buffer.concat([header('manifest.json', text.length), text, Buffer.alloc(padding(text.length))]),
    );
    for (const [index, source] of from.entries()) {
      const bytes = manifest.files[index]?.bytes ?? 0;
      await output.write(header(`files/${index + 1}`, bytes));
      const input = await open(source, 'r');
      try {
        await copyBytes(input, { from: 0, bytes }, output);
      } finally {
        await input.close();
      }
      await output.write(Buffer.alloc(padding(bytes)));
    }
    const digest = Buffer.alloc(block);
    digest.write(createHash('sha256').update(text).digest('hex'));
    await output.write(Buffer.concat([header(digestName, digestBytes), digest, Buffer.alloc(2 * block)]));
    await output.sync();
  } finally {
    await output.close();
  }
}

/** Reads an archive and checks every byte of it. `contents`: where each file begins. */
async function readArchive(
  file: string,
): Promise<{ readonly manifest: BackupManifest; readonly contents: readonly number[] }> {
  let input: FileHandle;
  try {
    input = await open(file, 'r');
  } catch (error) {
    throw new BackupError(`${file} can't be read: ${String(error)}`, { cause: error });
  }
  try {
    const { size } = await input.stat();
    let at = 0;
    const next = async (name: string): Promise<number> => {
      const head = Buffer.alloc(block);
      await input.read(head, 0, block, at);
      const bytes = sizeIn(head);
      if (!head.equals(header(name, bytes)) || at + block + bytes > size)
        throw new BackupError(
          `${file} is no backup of pop-sla, or is not whole: ${name} is not where it has to be`,
        );
      at += block + bytes + padding(bytes);
      return bytes;
    };
    const length = await next('manifest.json');
    if (length > 16 * 2 ** 20) throw new BackupError(`${file} is no backup of pop-sla`);
    const text = Buffer.alloc(length);
    await input.read(text, 0, length, block);
    const manifest = JSON.parse(text.toString()) as BackupManifest;
    const { format: found } = manifest as { readonly format: string };
    if (found !== format)
      throw new BackupError(`${file} is of the format ${found}; this program reads ${format}`);
    const contents: number[] = [];
    for (const [index, { path, bytes, sha256 }] of manifest.files.entries()) {
      if (!isAbsolute(path) || normalize(path) !== path)
        throw new BackupError(`${file} names ${path}, which is no place`);
      const from = at + block;
      if ((await next(`files/${index + 1}`)) !== bytes)
        throw new BackupError(`${path} in ${file} is not whole`);
      const hash =
        bytes === 0
          ? createHash('sha256').digest('hex')
          : await hashOf(createReadStream(file, { start: from, end: from + bytes - 1 }));
      if (hash !== sha256)
        throw new BackupError(`${path} in ${file} was changed: its hash is not that of the manifest`);
      contents.push(from);
    }
    const digestAt = at + block;
    await next(digestName);
    const digest = Buffer.alloc(digestBytes);
    await input.read(digest, 0, digestBytes, digestAt);
    if (digest.toString() !== createHash('sha256').update(text).digest('hex'))
      throw new BackupError(`the manifest of ${file} was changed: its hash is another`);
    if (at + 2 * block !== size) throw new BackupError(`${file} has more in it than its manifest says`);
    return { manifest, contents };
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new BackupError(`${file} is no backup of pop-sla`, { cause: error });
    throw error;
  } finally {
    await input.close();
  }
}

/** A header of ustar, always the same for a name and a size. */
function header(name: string, bytes: number): Buffer {
  const head = Buffer.alloc(block);
  head.write(name, 0);
  head.write('0000600\0', 100);
  head.write('0000000\0', 108);
  head.write('0000000\0', 116);
  // From 8 GiB on the size is binary, as GNU tar has it.
  if (bytes < 8 ** 11) head.write(`${bytes.toString(8).padStart(11, '0')}\0`, 124);
  else {
    head[124] = 0x80;
    head.writeBigUInt64BE(BigInt(bytes), 128);
  }
  head.write('00000000000\0', 136);
  head.write('        ', 148);
  head.write('0', 156);
  head.write('ustar\u000000', 257);
  const sum = head.reduce((total, byte) => total + byte, 0);
  head.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return head;
}

const sizeIn = (head: Buffer): number =>
  head[124] === 0x80
    ? Number(head.readBigUInt64BE(128))
    : parseInt(head.toString('latin1', 124, 135), 8) || 0;

async function copyBytes(
  input: FileHandle,
  { from, bytes }: { readonly from: number; readonly bytes: number },
  output: FileHandle,
): Promise<void> {
  const chunk = Buffer.alloc(Math.min(2 ** 20, Math.max(1, bytes)));
  for (let done = 0; done < bytes;) {
    const { bytesRead } = await input.read(chunk, 0, Math.min(chunk.length, bytes - done), from + done);
    if (bytesRead === 0) throw new BackupError('a file became shorter while it was copied; try again');
    await output.write(chunk, 0, bytesRead);
    done += bytesRead;
  }
}

async function hashOf(stream: AsyncIterable<Buffer>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of stream) hash.update(chunk);
  return hash.digest('hex');
}
