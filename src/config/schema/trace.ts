import { z } from 'zod';
import { duration } from '../scalars/duration.js';
import { formatNetwork, readNetwork } from '../scalars/network.js';
import { name, yesOrNo } from '../scalars/plain.js';
import { isWrong, textual } from '../scalars/scalar.js';

/** The prefix is a key: it stays a text, in the one way to write it. */
const prefix = () =>
  textual('a network such as 10.1.0.0/16 or 2001:db8::/32, or an address', (text) => {
    const network = readNetwork(text);
    return isWrong(network) ? network : formatNetwork(network);
  });

/** Whose a network is, for people who read a trace. */
export const networksSchema = z.record(prefix(), name(100));

const minute = 60_000;

/** Traces of paths, when something is wrong and once a day when nothing is. */
export const traceSchema = z.strictObject({
  enabled: yesOrNo().default(true),
  quietAfter: duration(1_000, 24 * 60 * minute).default(60 * minute),
});
