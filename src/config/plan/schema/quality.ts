import { z } from 'zod';
import { exclusionKinds } from '../../../core/exclusion/kinds.js';
import { oneOf, whole } from '../../scalars/plain.js';
import { identifier, percentOfOne, signedDecimal, words } from './scalars.js';

const kinds = () => z.array(oneOf(exclusionKinds));

/** From the best to the worst; the last has no end. */
const bands = () =>
  z.array(
    z.strictObject({
      id: identifier(),
      name: words(),
      upToPercent: signedDecimal().nullable().default(null),
    }),
  );

export const availabilitySchema = z.strictObject({
  excusedTime: oneOf(['keep', 'remove-from-period']),
  excusedBy: kinds(),
  incompleteAbovePercent: percentOfOne(),
});

export const latencySchema = z.strictObject({
  leavesOut: kinds(),
  excessDecimals: whole(0, 6).default(1),
  bands: bands(),
});

export const lossSchema = z.strictObject({
  leavesOut: kinds(),
  commitmentPercent: percentOfOne(),
  bands: bands(),
});
