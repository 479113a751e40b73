import { z } from 'zod';
import { isUrl, parsePostgresUrl, postgresUrlAllowed } from '../../core/address/postgres.js';
import { months } from '../scalars/months.js';
import { oneOf, yesOrNo } from '../scalars/plain.js';
import { textual, wrong } from '../scalars/scalar.js';
import { file } from './file.js';

const postgresUrl = () =>
  textual(postgresUrlAllowed, (text) => {
    const address = parsePostgresUrl(text);
    return 'wrong' in address ? wrong(address.wrong) : text;
  });

/** `store: postgres://…` is short for `store: { url: postgres://… }`, and another text for `store: { path: … }`. */
export const storeSchema = z.preprocess(
  (input) => (typeof input !== 'string' ? input : isUrl(input) ? { url: input } : { path: input }),
  z.strictObject({
    path: file().optional(),
    url: postgresUrl().optional(),
    passwordFile: file().optional(),
    keepPackets: months(1, 1200).default(13),
    keepRows: months(1, 1200).default(37),
  }),
);

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
