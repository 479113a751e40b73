import { lstat, mkdtemp, readlink, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { networkDiskOf } from '../../store/sqlite/network-disk.js';
import { whoElseReads } from '../../store/sqlite/private-file.js';
import { check, messageOf, type Check } from './check.js';

/** Less than this is soon full. */
const enoughBytes = 64 * 2 ** 20;

/** Tries what the store will do: writes a file in the folder of the database, or where that will be made. */
export async function checkDataFolder(database: string): Promise<Check> {
  const name = 'data folder';
  const folder = dirname(database);
  const elsewhere = 'set store.path to a folder on a disk of this machine';
  let existing: string;
  try {
    existing = await nearestExisting(folder);
  } catch (error) {
    return check(name, 'fail', `${folder} can't be made: ${messageOf(error)}`, `mend that, or ${elsewhere}`);
  }
  const where = existing === folder ? folder : `${folder} (to be made in ${existing})`;
  const disk = networkDiskOf(existing);
  if (disk?.refused === true)
    return check(name, 'fail', `${where} lies on a network file system (${disk.name})`, elsewhere);
  try {
    const trial = await mkdtemp(join(existing, '.pop-sla-doctor-'));
    try {
      await writeFile(join(trial, 'trial'), 'x');
    } finally {
      await rm(trial, { recursive: true, force: true });
    }
  } catch (error) {
    return check(
      name,
      'fail',
      `${where} can't be written: ${messageOf(error)}`,
      `give it to the user that runs the daemon (chown), or set store.path to a place that can be written`,
    );
  }
  const { bavail, bsize } = await statfs(existing);
  const free = bavail * bsize;
  const room = `${Math.floor(free / 2 ** 20)} MiB free`;
  if (free < enoughBytes)
    return check(
      name,
      'fail',
      `${where}: only ${room}`,
      'free some space, or set store.path to a larger disk',
    );
  if (disk !== null)
    return check(
      name,
      'note',
      `${where} lies on ${disk.name}, ${room}: no other machine may write there`,
      elsewhere,
    );
  const readers = whoElseReads(database);
  if (readers !== null)
    return check(
      name,
      'note',
      `${where} can be written, ${room}; ${database}: ${readers}`,
      `chmod 600 ${database}`,
    );
  return check(name, 'ok', `${where} can be written, ${room}`);
}

/** Rejects where something is in the way that is no folder. */
async function nearestExisting(folder: string): Promise<string> {
  try {
    if ((await stat(folder)).isDirectory()) return folder;
  } catch (error) {
    const link = await lstat(folder).catch(() => null);
    if (link?.isSymbolicLink() === true)
      throw new Error(`${folder} is a link to ${await readlink(folder)}, which is not there`, {
        cause: error,
      });
    const parent = dirname(folder);
    return parent === folder ? folder : nearestExisting(parent);
  }
  throw new Error(`${folder} is no folder`);
}
