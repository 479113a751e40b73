import { z } from 'zod';
import { listen } from '../scalars/listen.js';
import { months } from '../scalars/months.js';
import { oneOf, yesOrNo } from '../scalars/plain.js';
import { textual, wrong } from '../scalars/scalar.js';

export const file = () =>
  textual('the path of a file', (text) =>
    text === '' || text.endsWith('/') || text.includes('\0') ? wrong('is not the path of a file') : text,
  );

export const storeSchema = z.strictObject({
  path: file().default('./data/pop-sla.db'),
  keepPackets: months(1, 1200).default(13),
  keepRows: months(1, 1200).default(37),
});

export const httpSchema = z.strictObject({
  listen: listen().default({ host: '127.0.0.1', port: 9720 }),
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
