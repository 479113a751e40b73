import { z } from 'zod';
import { printableLine } from '../core/text/control-characters.js';

/** Keys and list positions from the top of a file to a value. */
export type KeyPath = readonly (string | number)[];

/** What is wrong with the value at `at`, before it is known where in the text that is. */
export interface Fault {
  readonly at: KeyPath;
  /** Goes on from the value: `is not an IPv4 address`. */
  readonly what: string;
  readonly allowed?: string;
  /** The key itself is at fault, not its value. */
  readonly onKey?: boolean;
  /** It can be judged and contradicts itself: refused in a file, taken as it is in a case that has the whole plan. */
  readonly contradiction?: true;
  /** Shown where the file has no value at `at` that could be. */
  readonly shown?: string;
}

/** A fault of a file, with its place: what a person needs to mend it. */
export interface Problem {
  /** As it was named by whoever asked for it. */
  readonly file: string;
  /** Line and column count from 1; null when the file could not be read at all. */
  readonly line: number | null;
  readonly column: number | null;
  /** `pops[2].ipv4`; empty for the file as a whole. */
  readonly path: string;
  /** The offending value as text; null where there is none to show. */
  readonly value: string | null;
  readonly what: string;
  readonly allowed: string | null;
}

/** `pops[2].ipv4`; keys that are no plain words are quoted. */
export function formatKeyPath(at: KeyPath): string {
  return at.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    const word = /^[\w-]+$/.test(key) ? key : JSON.stringify(key);
    return text === '' ? word : `${text}.${word}`;
  }, '');
}

/** One line: `FILE:LINE:COLUMN KEY: VALUE what is wrong; allowed: …`. */
export function formatProblem(problem: Problem): string {
  const place =
    problem.line === null ? problem.file : `${problem.file}:${problem.line}:${problem.column ?? 1}`;
  const key = problem.path === '' ? '' : ` ${problem.path}`;
  const value = problem.value === null ? '' : ` ${problem.value}`;
  const allowed = problem.allowed === null ? '' : `; allowed: ${problem.allowed}`;
  return printableLine(`${place}${key}:${value} ${problem.what}${allowed}`);
}

/** One line each, in the order of the file. */
export function formatProblems(problems: readonly Problem[]): string {
  return problems.map(formatProblem).join('\n');
}
/** How many letters must be added, dropped, exchanged or swapped with their neighbour to turn `a` into `b`. */
export function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const exchanged = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let best = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, exchanged);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, (before[j - 2] ?? 0) + 1);
      }
      row.push(best);
    }
    before = last;
    last = row;
  }
  return last[b.length] ?? 0;
}

/** Longer words are not worth comparing: nobody mistypes a page. */
const longest = 64;
const plain = (word: string): string => word.toLowerCase().replace(/[-_ ]/g, '');

/** Whether one is the other, or its beginning: `warning` means `warn`. */
const isStart = (a: string, b: string): boolean =>
  a === b || (Math.min(a.length, b.length) > 2 && (a.startsWith(b) || b.startsWith(a)));

/** The candidate that `word` most likely meant, or null when none is near. */
export function nearest(word: string, candidates: readonly string[]): string | null {
  if (word.length > longest) return null;
  let best: string | null = null;
  let least = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = isStart(plain(word), plain(candidate)) ? 0 : editDistance(word, candidate);
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best;
}

/** ` (did you mean "x"?)`, the ending of a message; empty when nothing is near. */
export function didYouMean(word: string, candidates: readonly string[]): string {
  const meant = nearest(word, candidates);
  return meant === null ? '' : ` (did you mean ${JSON.stringify(meant)}?)`;
}

type Schema = z.core.$ZodType;

/** The mapping, list or scalar inside of defaults, optional marks and short forms. */
export function bare(schema: Schema): Schema {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodNullable
  ) {
    return bare(schema.unwrap());
  }
  if (schema instanceof z.ZodPipe && schema.in instanceof z.ZodTransform) return bare(schema.out);
  return schema;
}

/** Of the kinds of a mapping (`kind: downtime`) the one that the input says it is; undefined: none, or not said. */
function memberOf(schema: z.ZodDiscriminatedUnion, input: unknown): z.ZodObject | undefined {
  const { discriminator } = schema.def;
  const kind: unknown =
    typeof input === 'object' && input !== null
      ? (input as Record<string, unknown>)[discriminator]
      : undefined;
  return (schema.options as z.ZodObject[]).find((option) => kindOf(option, discriminator) === kind);
}

function kindsOf(schema: z.ZodDiscriminatedUnion): string[] {
  return (schema.options as z.ZodObject[]).map((option) => kindOf(option, schema.def.discriminator));
}

const kindOf = (option: z.ZodObject, discriminator: string): string =>
  String((option.shape as Record<string, z.ZodLiteral>)[discriminator]?.value);

/** The schema of the value at a path; of a mapping of several kinds, the one that the input is of. */
function schemaAt(schema: Schema, at: readonly PropertyKey[], input: unknown): Schema | undefined {
  let here: Schema | undefined = bare(schema);
  let value = input;
  for (const step of at) {
    if (here instanceof z.ZodDiscriminatedUnion) here = memberOf(here, value);
    if (here instanceof z.ZodObject) here = (here.shape as Record<PropertyKey, Schema>)[step];
    else if (here instanceof z.ZodArray) here = here.element;
    else return undefined;
    if (here === undefined) return undefined;
    here = bare(here);
    value =
      typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[step] : undefined;
  }
  return here instanceof z.ZodDiscriminatedUnion ? (memberOf(here, value) ?? here) : here;
}

/** The keys that a mapping may have; none when it is no mapping. */
function keysOf(schema: Schema | undefined): string[] {
  const inner = schema === undefined ? undefined : bare(schema);
  return inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
}

const kinds: Record<string, string> = { object: 'is not a mapping', array: 'is not a list' };

/** A merge key is YAML 1.1; here it would hide which value counts. */
const mergeKey = {
  what: 'merges another mapping into this one, which YAML 1.2 has not',
  allowed: 'the keys themselves, or an alias for a whole value, such as latency: *latency',
};

/** What the schema found, in our own words. */
export function shapeFaults(schema: z.ZodType, issues: readonly z.core.$ZodIssue[], input: unknown): Fault[] {
  return issues.flatMap((issue): Fault[] => {
    const at = issue.path as KeyPath;
    if (issue.code === 'invalid_union') return [kindFault(schema, at, input)];
    const keys = keysOf(schemaAt(schema, at, input));
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        at: [...at, key],
        onKey: true,
        ...(key === '<<'
          ? mergeKey
          : { what: `is not a known key${didYouMean(key, keys)}`, allowed: keys.join(', ') }),
      }));
    }
    if (issue.code === 'invalid_type') {
      if (issue.input === undefined) return [{ at, what: 'is missing', ...allowedFor(issue.expected, keys) }];
      if (issue.input === null) return [{ at, what: 'is empty', ...allowedFor(issue.expected, keys) }];
      const what = kinds[issue.expected];
      return [{ at, what: what ?? `is not of type ${issue.expected}`, ...allowedFor(issue.expected, keys) }];
    }
    if (issue.code === 'custom') {
      const allowed: unknown = issue.params?.['allowed'];
      return [{ at, what: issue.message, ...(typeof allowed === 'string' ? { allowed } : {}) }];
    }
    return [{ at, what: issue.message }];
  });
}

/** A mapping whose kind is missing or unknown: which keys it may have depends on it. */
function kindFault(schema: z.ZodType, at: KeyPath, input: unknown): Fault {
  const value = at.reduce<unknown>(
    (here, step) =>
      typeof here === 'object' && here !== null ? (here as Record<string, unknown>)[step] : undefined,
    input,
  );
  const union = schemaAt(schema, at.slice(0, -1), input);
  const kinds = union instanceof z.ZodDiscriminatedUnion ? kindsOf(union) : [];
  const what =
    value === undefined
      ? 'is missing'
      : `is not known${didYouMean(typeof value === 'string' ? value : JSON.stringify(value), kinds)}`;
  return { at, what, allowed: kinds.join(', ') };
}

function allowedFor(expected: string, keys: readonly string[]): { allowed?: string } {
  if (expected === 'object' && keys.length > 0)
    return { allowed: `a mapping with the keys ${keys.join(', ')}` };
  return expected === 'array' ? { allowed: 'a list' } : {};
}

/** What is left of data when what is wrong is taken out of it. */
export type Salvaged<T> = T extends readonly (infer U)[]
  ? readonly (Salvaged<U> | undefined)[]
  : T extends object
    ? { readonly [K in keyof T]?: Salvaged<T[K]> | undefined }
    : T;

/**
 * Reads what can be read of a value that as a whole may be faulty, so that one fault does not hide the others.
 * List items keep their positions.
 */
export function salvage<S extends z.ZodType>(schema: S, input: unknown): Salvaged<z.output<S>> | undefined {
  return pieces(schema, input) as Salvaged<z.output<S>> | undefined;
}

function pieces(schema: z.core.$ZodType, input: unknown): unknown {
  const whole = z.safeParse(schema, input);
  if (whole.success) return whole.data;
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodNullable
  ) {
    return pieces(schema.unwrap(), input);
  }
  if (schema instanceof z.ZodPipe && schema.in instanceof z.ZodTransform) {
    const before = z.safeParse(schema.in, input);
    return before.success ? pieces(schema.out, before.data) : undefined;
  }
  if (schema instanceof z.ZodDiscriminatedUnion) {
    const member = memberOf(schema, input);
    return member === undefined ? undefined : pieces(member, input);
  }
  if (schema instanceof z.ZodArray && Array.isArray(input)) {
    return input.map((item) => pieces(schema.element, item));
  }
  if (schema instanceof z.ZodObject && typeof input === 'object' && input !== null && !Array.isArray(input)) {
    const data = input as Record<string, unknown>;
    return Object.fromEntries(
      Object.entries(schema.shape as Record<string, z.core.$ZodType>).map(([key, inner]) => [
        key,
        pieces(inner, Object.hasOwn(data, key) ? data[key] : undefined),
      ]),
    );
  }
  return undefined;
}
