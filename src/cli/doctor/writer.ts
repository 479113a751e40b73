import type { Config } from '../../config/config.js';
import { describeWriter } from '../../store/writer-lock.js';
import type { AppPort } from '../context.js';
import { check, messageOf, type Check } from './checks.js';

/** Who measures into the store now: a second daemon would be refused. */
export async function checkWriter(config: Config, { storeWriter }: AppPort): Promise<Check> {
  const name = 'writer';
  try {
    const writer = await storeWriter(config);
    if (writer === null) return check(name, 'ok', 'no daemon writes the database now');
    const who = writer === 'somebody' ? 'a process that left no name' : describeWriter(writer);
    return check(name, 'note', `${who} writes the database; another daemon would be refused`);
  } catch (error) {
    return check(name, 'unknown', `it can't be found out who writes the database: ${messageOf(error)}`);
  }
}
