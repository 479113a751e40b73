import { hasControls } from '../../core/text/control-characters.js';
import { z } from 'zod';
import { isWrong, parseDateOrInstant } from '../../config/scalars.js';
import type { ErrorCode } from '../../core/ledger/errors.js';
import { isPathId } from '../../core/path.js';
import { type TextKind, mostCharacters } from '../../core/text/limits.js';
import { isMonthName, monthRule } from '../../core/time/calendar.js';
import type { EpochMs, PathId } from '../../core/types.js';
import type { ParameterFault } from '../problem.js';

/** What a reader of a text gives: the value, or what is wrong with the text, going on from its name. */
export type Reading<T> = { readonly value: T } | { readonly detail: string; readonly code?: ErrorCode };

/** What OpenAPI says of a text; `description` is what an answer calls allowed. */
interface TextShape {
  readonly description: string;
  readonly pattern?: string;
  readonly examples?: readonly string[];
  readonly maxLength: number;
}

/** A text of a URL or body that `read` makes a value of. */
export function text<T>(read: (text: string) => Reading<T>, shape: TextShape) {
  return z
    .string()
    .max(shape.maxLength)
    .meta({ ...shape })
    .transform((input, context): T => {
      const reading = read(input);
      if ('value' in reading) return reading.value;
      const { detail: message, code } = reading;
      context.issues.push({ code: 'custom', message, input, ...(code && { params: { code } }) });
      return z.NEVER;
    });
}

/** A zero and half a character: no database has them, and so no text that is asked for or kept. */
// eslint-disable-next-line no-control-regex -- that is what it is for
const isText = (given: string): boolean => !/[\u0000\p{Cs}]/u.test(given);

/** Words of people. */
export const words = (kind: TextKind = 'text') => {
  const description = `a text of at most ${mostCharacters[kind]} characters`;
  return z
    .string()
    .max(mostCharacters[kind])
    .refine(isText, { error: `has characters that are no text; allowed: ${description}`, abort: true })
    .meta({ description });
};

/** A name, or an id that only what is stored can judge. */
export const id = () => words('name');

// eslint-disable-next-line no-control-regex -- names reach headers and terminals
const noName = /[\u0000-\u001f\u007f-\u009f\p{Cs}\u2028\u2029/\\]/u;

/** What a file is called: in no folder, and on one line. */
export const fileName = () =>
  text(
    (given): Reading<string> =>
      given.trim() === '' || given.length > 200 || noName.test(given) || hasControls(given)
        ? { detail: 'is no name of a file; allowed: one line of at most 200 characters without a folder' }
        : { value: given },
    { description: 'the name of a file, without its folder', maxLength: mostCharacters.name },
  );

/** A date or an instant with its offset. */
export const instant = (example = '2026-10-01') =>
  text<EpochMs>(readInstant, {
    description: instantRule,
    examples: [example],
    maxLength: mostCharacters.label,
  });

/** Where a time ends: tried out as it is described, it is behind where it began. */
export const ending = () => instant('2026-11-01');

export const month = () =>
  text(
    (given): Reading<string> =>
      isMonthName(given)
        ? { value: given }
        : { detail: `is no month; allowed: ${monthRule}`, code: ['no-month', given] },
    {
      description: monthRule,
      pattern: '^\\d{4}-\\d{2}$',
      examples: ['2026-10'],
      maxLength: mostCharacters.word,
    },
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
    {
      description: `a whole number from 1 to ${maxLimit}`,
      pattern: '^\\d{1,5}$',
      examples: ['100'],
      maxLength: mostCharacters.word,
    },
  );

const instantRule = 'a date such as 2026-10-01 (00:00 UTC), or an instant such as 2026-10-01T08:00:00+08:00';

function readInstant(given: string): Reading<EpochMs> {
  // A + that nobody escaped came as a space.
  const at = parseDateOrInstant(given.replace(/ (\d\d:\d\d)$/, '+$1'));
  return isWrong(at)
    ? { detail: `${at.wrong}; allowed: ${instantRule}`, code: ['no-time', given.slice(0, 60)] }
    : { value: at };
}

type Schema = z.core.$ZodType;
type Issue = z.core.$ZodIssue;

/** What a schema found wrong with a part of a request, in our own words, in the order of what was given. */
export function inputFaults(schema: Schema, given: unknown, issues: readonly Issue[]): ParameterFault[] {
  const faults = issues.flatMap((issue) => faultsOf(schema, given, issue));
  const order = isMapping(given) ? Object.keys(given) : [];
  const place = ({ parameter }: ParameterFault): number => {
    const index = order.indexOf(parameter.split('.')[0] ?? '');
    return index < 0 ? order.length : index;
  };
  return faults.sort((a, b) => place(a) - place(b));
}

function faultsOf(schema: Schema, given: unknown, issue: Issue): ParameterFault[] {
  const parameter = issue.path.map(String).join('.') || 'body';
  const at = schemaAt(schema, issue.path);
  if (issue.code === 'unrecognized_keys') {
    const inside = issue.path.length === 0 ? '' : `${parameter}.`;
    const detail = `is not known; allowed: ${keysOf(at).join(', ') || 'no parameters'}`;
    return issue.keys.map((key) => ({ parameter: `${inside}${key}`, detail }));
  }
  if (issue.code === 'custom') {
    const code = issue.params?.['code'] as ErrorCode | undefined;
    return [{ parameter, detail: issue.message, ...(code && { code }) }];
  }
  if (at instanceof z.ZodObject && issue.code === 'invalid_type') {
    const what = issue.path.length === 0 ? 'is no JSON object' : 'is no object';
    return [{ parameter, detail: `${what}; allowed: one with the keys ${keysOf(at).join(', ')}` }];
  }
  const allowed = descriptionOf(at);
  const value = valueAt(given, issue.path);
  if (value === undefined) {
    return [{ parameter, detail: `is missing${allowed && `; allowed: ${allowed}`}`, code: ['missing'] }];
  }
  const coded = codeOf(issue, value);
  if (Array.isArray(value) && issue.code === 'invalid_type') {
    return [{ parameter, detail: 'is given more than once' }];
  }
  // How much was given says more than what is meant: nobody counts characters.
  if (issue.code === 'too_big' && typeof value === 'string') {
    const detail = `has ${value.length} characters; allowed: at most ${issue.maximum}`;
    return [{ parameter, detail, ...coded }];
  }
  // Of an item of a list the list is spoken of, as it is the list that was given.
  const [head] = issue.path;
  const list = descriptionOf(schemaAt(schema, head === undefined ? [] : [head]));
  if (issue.path.length > 1 && list) return [{ parameter: String(head), detail: `is not ${list}`, ...coded }];
  return [{ parameter, detail: allowed ? `is not ${allowed}` : issue.message, ...coded }];
}

/** What of it can be said in another language. */
function codeOf(issue: Issue, value: unknown): { readonly code?: ErrorCode } {
  if (issue.code === 'too_big' && typeof value === 'string')
    return { code: ['too-long', value.length, Number(issue.maximum)] };
  if (issue.code === 'invalid_value') return { code: ['not-one-of', issue.values.map(String)] };
  return {};
}

/** The schema inside of optional marks, defaults and what makes a value of a text. */
function bare(schema: Schema): Schema {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodNullable
  ) {
    return bare(schema.unwrap());
  }
  return schema instanceof z.ZodPipe ? bare(schema.in) : schema;
}

function schemaAt(schema: Schema, at: readonly PropertyKey[]): Schema | null {
  let here = bare(schema);
  for (const step of at) {
    const inner =
      here instanceof z.ZodObject
        ? (here.shape as Record<PropertyKey, Schema>)[step]
        : here instanceof z.ZodArray
          ? here.element
          : undefined;
    if (inner === undefined) return null;
    here = bare(inner);
  }
  return here;
}

const keysOf = (schema: Schema | null): string[] =>
  schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];

const descriptionOf = (schema: Schema | null): string =>
  (schema instanceof z.ZodType ? schema.description : undefined) ?? '';

const isMapping = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

function valueAt(given: unknown, at: readonly PropertyKey[]): unknown {
  return at.reduce<unknown>((here, step) => (isMapping(here) ? here[step as string] : undefined), given);
}
