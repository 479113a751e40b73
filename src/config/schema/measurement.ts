import { z } from 'zod';
import { lengthBases } from '../../core/measurement/length.js';
import { duration } from '../scalars/duration.js';
import { oneOf, whole } from '../scalars/plain.js';
import { probeSchema } from './probe.js';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/** The defaults are the contract's, clause 2.1 (2) and (3). */
export const measurementSchema = z.strictObject({
  every: duration(second, 24 * hour).default(30 * minute),
  packets: whole(1, 10_000).default(100),
  minimumSent: whole(0, 10_000).optional(),
  sizes: z.array(whole(1, 65_575)).default([64, 128, 512]),
  lengthBasis: oneOf(lengthBases).default('icmp'),
  lostAfter: duration(1, minute).default(2000),
  lateWait: duration(0, minute).default(second),
  packetInterval: duration(1, minute).default(second),
  spread: duration(0, 12 * hour).default(5 * minute),
  lagLimit: duration(1, minute).default(500),
  probe: probeSchema.optional(),
});
