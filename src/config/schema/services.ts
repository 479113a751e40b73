import { z } from 'zod';
import { months } from '../scalars/months.js';
import { oneOf, yesOrNo } from '../scalars/plain.js';
import { file } from './file.js';

export const storeSchema = z.strictObject({
  path: file().default('./data/pop-sla.db'),
  keepPackets: months(1, 1200).default(13),
  keepRows: months(1, 1200).default(37),
});

export const metricsSchema = z.strictObject({
  perSize: yesOrNo().default(false),
  money: yesOrNo().default(false),
});

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export const logFormats = ['auto', 'json', 'pretty'] as const;

export const logSchema = z.strictObject({
  level: oneOf(logLevels).default('info'),
  format: oneOf(logFormats).default('auto'),
});
