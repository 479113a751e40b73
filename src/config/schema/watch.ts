import { isIP } from 'node:net';
import { z } from 'zod';
import { isPopId } from '../../core/path/path.js';
import { canonicalAddress } from '../scalars/address.js';
import { duration } from '../scalars/duration.js';
import { whole } from '../scalars/plain.js';
import { scalar, textual, wrong } from '../scalars/scalar.js';
import { popId } from './pops.js';

const second = 1000;
const minute = 60 * second;

const reference = () =>
  textual('the id of a PoP, or an IP address', (text) => {
    if (isIP(text) !== 0) return canonicalAddress(text);
    return isPopId(text) ? text : wrong('is neither a PoP id nor an address');
  });

const quorum = () =>
  scalar('majority, or a whole number from 1 to 1000', (input) => {
    if (input === 'majority') return input;
    if (typeof input !== 'number') return wrong('is not known');
    return Number.isInteger(input) && input >= 1 && input <= 1000 ? input : wrong('is out of range');
  });

/** The continuous availability check of the ports, beside the rounds. */
export const watchSchema = z.strictObject({
  ports: z.array(popId()).optional(),
  every: duration(100, minute).default(500),
  threshold: duration(100, minute).default(2 * second),
  overdue: z
    .strictObject({ factor: whole(1, 100).default(4), atLeast: duration(50, minute).default(250) })
    .prefault({}),
  burst: z
    .strictObject({
      every: duration(100, 10 * second).default(200),
      length: duration(100, minute).default(2 * second),
    })
    .prefault({}),
  recovery: whole(1, 100).default(3),
  references: z.array(reference()).optional(),
  quorum: quorum().default('majority'),
  heartbeat: duration(second, 30 * second).default(10 * second),
  bytes: whole(16, 1400).default(64),
});
