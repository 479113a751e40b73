import { scalar, wrong } from '../scalars.js';

const names: ReadonlyMap<string, number> = new Map([
  ['BE', 0],
  ['DF', 0],
  ['EF', 46],
  ['VA', 44],
  ...Array.from({ length: 8 }, (_, n) => [`CS${n}`, 8 * n] as const),
  ...[1, 2, 3, 4].flatMap((n) => [1, 2, 3].map((drop) => [`AF${n}${drop}`, 8 * n + 2 * drop] as const)),
]);

export const dscpRule = 'a code point from 0 to 63, or its name: EF, VA, BE, CS0 to CS7, AF11 to AF43';

/** A differentiated services code point (RFC 2474), by its name or its number; null: it is none. */
export function readDscp(input: unknown): number | null {
  const value = typeof input === 'string' ? names.get(input.toUpperCase()) : input;
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 63 ? value : null;
}

export const dscp = () =>
  scalar(dscpRule, (input) => readDscp(input) ?? wrong('is no DSCP')).meta({
    anyOf: [{ type: 'integer', minimum: 0, maximum: 63 }, { enum: [...names.keys()] }],
  });
