import { z } from 'zod';
import type { Saying } from '../../core/ledger/saying.js';
import type { ParameterFault } from '../problem.js';

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
    const said = issue.params?.['said'] as Saying | undefined;
    return [{ parameter, detail: issue.message, ...(said && { said }) }];
  }
  if (at instanceof z.ZodObject && issue.code === 'invalid_type') {
    const what = issue.path.length === 0 ? 'is no JSON object' : 'is no object';
    return [{ parameter, detail: `${what}; allowed: one with the keys ${keysOf(at).join(', ')}` }];
  }
  const allowed = descriptionOf(at);
  const value = valueAt(given, issue.path);
  if (value === undefined) {
    return [{ parameter, detail: `is missing${allowed && `; allowed: ${allowed}`}`, said: ['missing'] }];
  }
  const said = sayingOf(issue, value);
  if (Array.isArray(value) && issue.code === 'invalid_type') {
    return [{ parameter, detail: 'is given more than once' }];
  }
  // Of an item of a list the list is spoken of, as it is the list that was given.
  const [head] = issue.path;
  const list = descriptionOf(schemaAt(schema, head === undefined ? [] : [head]));
  if (issue.path.length > 1 && list) return [{ parameter: String(head), detail: `is not ${list}`, ...said }];
  return [{ parameter, detail: allowed ? `is not ${allowed}` : issue.message, ...said }];
}

/** What of it can be said in another language. */
function sayingOf(issue: Issue, value: unknown): { readonly said?: Saying } {
  if (issue.code === 'too_big' && typeof value === 'string')
    return { said: ['too-long', value.length, Number(issue.maximum)] };
  if (issue.code === 'invalid_value') return { said: ['not-one-of', issue.values.map(String)] };
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
