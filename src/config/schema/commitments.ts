import { z } from 'zod';
import { latency } from '../scalars/decimal.js';
import { instant } from '../scalars/instant.js';
import { scalar, wrong } from '../scalars/scalar.js';
import { path } from './paths.js';

const regions = () =>
  scalar(
    'a pair of regions of the PoPs, such as [asia-east, europe]',
    (input): readonly [string, string] | ReturnType<typeof wrong> => {
      if (!Array.isArray(input) || input.length !== 2) return wrong('is not a pair of regions');
      const [one, other] = input as unknown[];
      if (typeof one !== 'string' || typeof other !== 'string') return wrong('is not a pair of regions');
      return [one, other];
    },
  );

export const commitmentSchema = z.strictObject({
  path: path().optional(),
  regions: regions().optional(),
  latency: latency(),
  from: instant().optional(),
});
