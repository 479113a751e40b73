import { z } from 'zod';
import { isPathId } from '../../core/path/path.js';
import { isMonthName, monthRule } from '../../core/time/month.js';
import { parseInstant } from '../../config/scalars/instant.js';
import { isWrong } from '../../config/scalars/scalar.js';
import type { Saying } from '../../core/ledger/saying.js';
import type { EpochMs, PathId } from '../../core/types.js';

/** What a reader of a text gives: the value, or what is wrong with the text, going on from its name. */
export type Reading<T> = { readonly value: T } | { readonly detail: string; readonly said?: Saying };

/** What OpenAPI says of a text; `description` is what an answer calls allowed. */
export interface TextShape {
  readonly description: string;
  readonly pattern?: string;
  readonly examples?: readonly string[];
  readonly maxLength?: number;
}

/** A text of a URL or body that `read` makes a value of. */
export function text<T>(read: (text: string) => Reading<T>, shape: TextShape) {
  return z
    .string()
    .meta({ ...shape })
    .transform((input, context): T => {
      const reading = read(input);
      if ('value' in reading) return reading.value;
      const { detail: message, said } = reading;
      context.issues.push({ code: 'custom', message, input, ...(said && { params: { said } }) });
      return z.NEVER;
    });
}

/** A zero and half a character: no database has them, and so no text that is asked for or kept. */
// eslint-disable-next-line no-control-regex -- that is what it is for
const isText = (given: string): boolean => !/[\u0000\p{Cs}]/u.test(given);

/** Words of people. */
export const words = (maxLength = 10_000) =>
  z
    .string()
    .max(maxLength)
    .refine(isText, {
      error: `has characters that are no text; allowed: a text of at most ${maxLength} characters`,
      abort: true,
    })
    .meta({ description: `a text of at most ${maxLength} characters` });

/** A name, or an id that only what is stored can judge. */
export const id = () => words(200);

// eslint-disable-next-line no-control-regex -- names reach headers and terminals
const noName = /[\u0000-\u001f\u007f-\u009f\p{Cs}\u2028\u2029/\\]/u;

/** What a file is called: in no folder, and on one line. */
export const fileName = () =>
  text(
    (given): Reading<string> =>
      given.trim() === '' || given.length > 200 || noName.test(given)
        ? { detail: 'is no name of a file; allowed: one line of at most 200 characters without a folder' }
        : { value: given },
    { description: 'the name of a file, without its folder', maxLength: 200 },
  );

/** A date or an instant with its offset. */
export const instant = (example = '2026-10-01') =>
  text<EpochMs>(readInstant, { description: instantRule, examples: [example] });

/** Where a time ends: tried out as it is described, it is behind where it began. */
export const ending = () => instant('2026-11-01');

export const month = () =>
  text(
    (given): Reading<string> =>
      isMonthName(given)
        ? { value: given }
        : { detail: `is no month; allowed: ${monthRule}`, said: ['no-month', given] },
    { description: monthRule, pattern: '^\\d{4}-\\d{2}$', examples: ['2026-10'] },
  );

export const path = () =>
  text(
    (given): Reading<PathId> =>
      isPathId(given) ? { value: given } : { detail: 'is not a path; allowed: SOURCE>DESTINATION' },
    { description: 'SOURCE>DESTINATION', examples: ['HKG>SIN'], maxLength: 65 },
  );

/** How many there are at most on a page. */
export const limit = (maxLimit = 1000) =>
  text(
    (given): Reading<number> => {
      const count = /^\d{1,5}$/.test(given) ? Number(given) : 0;
      return count >= 1 && count <= maxLimit
        ? { value: count }
        : { detail: `is not in range; allowed: a whole number from 1 to ${maxLimit}` };
    },
    { description: `a whole number from 1 to ${maxLimit}`, pattern: '^\\d{1,5}$', examples: ['100'] },
  );

const instantRule = 'a date such as 2026-10-01 (00:00 UTC), or an instant such as 2026-10-01T08:00:00+08:00';

function readInstant(given: string): Reading<EpochMs> {
  // A + that nobody escaped came as a space.
  const at = parseInstant(given.replace(/ (\d\d:\d\d)$/, '+$1'));
  return isWrong(at)
    ? { detail: `${at.wrong}; allowed: ${instantRule}`, said: ['no-time', given.slice(0, 60)] }
    : { value: at };
}
