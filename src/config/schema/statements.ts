import { z } from 'zod';
import { duration } from '../scalars/duration.js';
import { file } from './file.js';

const day = 86_400_000;

/** What signs the statements. */
export const keysSchema = z.strictObject({ folder: file().optional() });

/** How a month is closed. */
export const statementsSchema = z.strictObject({
  grace: duration(0, 31 * day).default(day),
  claimReminder: duration(0, 90 * day).default(7 * day),
});
