import { mkdtemp, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { check, messageOf, type Check } from './check.js';

/** Less than this is soon full. */
const enoughBytes = 64 * 2 ** 20;

/** Tries what the store will do: writes a file in the folder of the database, or where that will be made. */
export async function checkDataFolder(database: string): Promise<Check> {
  const name = 'data folder';
  const folder = dirname(database);
  const existing = await nearestExisting(folder);
  const where = existing === folder ? folder : `${folder} (to be made in ${existing})`;
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
  return free < enoughBytes
    ? check(name, 'fail', `${where}: only ${room}`, 'free some space, or set store.path to a larger disk')
    : check(name, 'ok', `${where} can be written, ${room}`);
}

async function nearestExisting(folder: string): Promise<string> {
  try {
    await stat(folder);
    return folder;
  } catch {
    const parent = dirname(folder);
    return parent === folder ? folder : nearestExisting(parent);
  }
}
