import type { Config } from '../../config/config.js';
import { StoreFault } from '../../store/store.js';
import type { AppPort } from '../context.js';
import { check, messageOf, type Check } from './check.js';

/** Opens the database as `rounds` does, and reads it whole. */
export async function checkDatabase(config: Config, { readStore, storeName }: AppPort): Promise<Check> {
  const name = 'database';
  const place = await storeName(config);
  try {
    const store = await readStore(config, { checkUpToBytes: Infinity });
    try {
      const [latest] = await store.rounds.list({ limit: 1 });
      const size = `${Math.ceil((await store.upkeep.sizeBytes()) / 1024)} KiB`;
      const last =
        latest === undefined ? 'no rounds yet' : `latest slot ${new Date(latest.slot).toISOString()}`;
      return check(
        name,
        'ok',
        `${place} is ${config.store.postgres === null ? 'whole' : 'there'}: ${size}, ${last}`,
      );
    } finally {
      await store.close();
    }
  } catch (error) {
    const kind = error instanceof StoreFault ? error.kind : 'other';
    if (kind === 'missing') {
      // A database of a server is made by people, and only its tables by the first start.
      if (config.store.postgres !== null && /3D000/.test(messageOf(error)))
        return check(name, 'fail', messageOf(error), 'createdb NAME, and give it to the user of the URL');
      return check(name, 'ok', `${place} is not there yet: the first start makes it`);
    }
    const remedy = config.store.postgres === null ? remedies[kind] : null; // PostgreSQL's say it themselves
    return check(name, 'fail', messageOf(error), remedy);
  }
}

const remedies: Readonly<Record<StoreFault['kind'], string | null>> = {
  corrupt: 'stop the daemon and put the last copy made by `pop-sla backup FILE` in its place',
  'newer-schema': 'run the version of pop-sla that wrote it, or a newer one',
  'read-only': 'check the mount and the owner of the file',
  full: 'free some space on its disk',
  busy: 'wait for the process that holds it, or end it',
  missing: null,
  replaced: null,
  io: 'check the owner of the file and its folder, then the disk (dmesg)',
  other: 'the message says what failed; nothing was changed',
};
