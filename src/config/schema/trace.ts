import { z } from 'zod';
import { duration, formatNetwork, isWrong, name, readNetwork, yesOrNo } from '../scalars.js';

const allowed = 'a network such as 10.1.0.0/16 or 2001:db8::/32, or an address';

/** Whose a network is, for people who read a trace; each prefix in the one way to write it. */
export const networksSchema = z.record(z.string(), name(100)).transform((given, context) => {
  const names: Record<string, string> = {};
  for (const [prefix, whose] of Object.entries(given)) {
    const network = readNetwork(prefix);
    if (isWrong(network))
      context.issues.push({
        code: 'custom',
        message: network.wrong,
        params: { allowed },
        input: prefix,
        path: [prefix],
      });
    else names[formatNetwork(network)] = whose;
  }
  return names;
});

const minute = 60_000;

/** Traces of paths, when something is wrong and once a day when nothing is. */
export const traceSchema = z.strictObject({
  enabled: yesOrNo().default(true),
  quietAfter: duration(1_000, 24 * 60 * minute).default(60 * minute),
});
