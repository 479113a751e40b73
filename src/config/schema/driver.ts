import { z } from 'zod';
import { defaultDriver, driverNames } from '../drivers.js';
import { ip } from '../scalars/address.js';
import { ratio } from '../scalars/decimal.js';
import { fineDuration } from '../scalars/duration.js';
import { instant } from '../scalars/instant.js';
import { oneOf, whole, yesOrNo } from '../scalars/plain.js';

const rule = z.strictObject({
  address: ip().optional(),
  from: instant().optional(),
  to: instant().optional(),
  delay: fineDuration(60_000).optional(),
  jitter: fineDuration(60_000).optional(),
  loss: ratio().optional(),
  down: yesOrNo().optional(),
});

/** `driver: net-ping` is short for `driver: { kind: net-ping }`. */
export const driverSchema = z
  .preprocess(
    (input) => (typeof input === 'string' ? { kind: input } : input),
    z.strictObject({
      kind: oneOf(driverNames),
      seed: whole(0, 4_294_967_295).optional(),
      rules: z.array(rule).optional(),
    }),
  )
  .default({ kind: defaultDriver });
