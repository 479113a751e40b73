import type { z } from 'zod';
import {
  type Fault,
  formatKeyPath,
  type KeyPath,
  type Problem,
  salvage,
  type Salvaged,
  shapeFaults,
} from './problem.js';
import { type Place, readYaml } from './yaml/document.js';

const secretKey =
  /pass(word|phrase|wd)?$|secret(?!File$)|token$|credential|^auth(orization)?$|(private|api|access|signing|encryption)[-_ ]?key$/i;
const userInfo = /([a-z][a-z0-9+.-]*:\/\/[^\s/:@]*):[^\s/@]+@/gi;
// A text that is a URL as a whole: its password may hold what should have been escaped.
const ownUserInfo = /^("?[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*):.*@/is;

const hidden = '***';

/** Whether a key of this name holds what only its owner may see. */
export function isSecretKey(key: string | number): boolean {
  return typeof key === 'string' && secretKey.test(key);
}

/** `http.auth` is a section of settings. */
const isSection = (key: string, value: unknown): boolean =>
  key === 'auth' && typeof value === 'object' && !Array.isArray(value);

/** Hides the password of a URL: `nats://user:***@host`. */
export function redactText(text: string): string {
  return text.replace(ownUserInfo, `$1:${hidden}@`).replace(userInfo, `$1:${hidden}@`);
}

/** A copy of plain data in which the values of secret keys, and passwords in URLs, are `***`. */
export function redact(value: unknown): unknown {
  if (typeof value === 'string') return redactText(value);
  if (Array.isArray(value)) return value.map(redact);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      isSecretKey(key) && inner !== null && inner !== undefined && !isSection(key, inner)
        ? hidden
        : redact(inner),
    ]),
  );
}

type Strict<T> =
  | { readonly ok: true; readonly value: T; readonly warnings: readonly Problem[] }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/**
 * YAML text → data of a schema, or everything that is wrong with it, in the order of the file. `check` says what is
 * wrong between keys; it gets what is readable even when some keys are faulty. Never throws.
 */
export function parseStrict<S extends z.ZodType>(options: {
  readonly text: string;
  /** What the file is called in problems. */
  readonly file: string;
  readonly schema: S;
  readonly check: (
    value: Salvaged<z.output<S>>,
    /** Whether something at or below a path is wrong already. */
    isFaulty: (at: KeyPath) => boolean,
  ) => readonly Fault[];
  /** What is odd about a good file, though nothing is wrong with it. */
  readonly warn?: (value: z.output<S>) => readonly Fault[];
}): Strict<z.output<S>> {
  const { text, file, schema, check } = options;
  const yaml = readYaml(text);
  let found: { fault: Fault; place: Place }[] = [...yaml.faults];
  if (yaml.readable) {
    // An empty file lacks keys like any other.
    const data = yaml.value ?? {};
    const parsed = schema.safeParse(data, { reportInput: true });
    const shape = parsed.success ? [] : shapeFaults(schema, parsed.error.issues, data);
    const faulty = new Set(shape.flatMap(({ at }) => at.map((_, depth) => nameOf(at.slice(0, depth + 1)))));
    const readable = salvage(schema, data);
    const between = readable === undefined ? [] : check(readable, (at) => faulty.has(nameOf(at)));
    const faults = [...shape, ...notFollowing(shape, between)];
    if (parsed.success && faults.length === 0 && found.length === 0) {
      const odd = options.warn?.(parsed.data) ?? [];
      const warnings = odd.map((fault) => problemOf(file, fault, yaml.placeOf(fault), data)).sort(byPlace);
      return { ok: true, value: parsed.data, warnings };
    }
    found = [...found, ...faults.map((fault) => ({ fault, place: yaml.placeOf(fault) }))];
  }
  const problems = found.map(({ fault, place }) => problemOf(file, fault, place, yaml.value ?? {}));
  return { ok: false, problems: problems.sort(byPlace) };
}

/**
 * Faults between keys without those that only follow from a key that can't be read: of the same value (`is missing`, where
 * something unreadable stands), or of the mapping it is in (`says no part of the rent`, where the part is unreadable).
 */
export function notFollowing(shape: readonly Fault[], between: readonly Fault[]): Fault[] {
  const faulty = new Set(
    shape.flatMap(({ at, onKey }) => (onKey === true ? [] : [nameOf(at), nameOf(at.slice(0, -1))])),
  );
  return between.filter(({ at }) => at.length === 0 || !faulty.has(nameOf(at)));
}

const nameOf = (at: KeyPath): string => JSON.stringify(at);

const byPlace = (a: Problem, b: Problem): number =>
  (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);

function problemOf(file: string, fault: Fault, place: Place, data: unknown): Problem {
  const at = written(data, fault.at);
  const value = (fault.onKey || at.length === 0 ? null : show(at, data)) ?? fault.shown ?? null;
  const { what, allowed = null } = fault;
  return { file, line: place.line, column: place.column, path: formatKeyPath(at), value, what, allowed };
}

/** The path as far as it was written out: a short form has no keys of its own. */
function written(data: unknown, at: KeyPath): KeyPath {
  let here = data;
  for (const [depth, step] of at.entries()) {
    if (typeof here !== 'object' || here === null) return here === undefined ? at : at.slice(0, depth);
    here = (here as Record<string | number, unknown>)[step];
  }
  return at;
}

const longestShown = 60;

function show(at: KeyPath, data: unknown): string | null {
  let here = data;
  for (const [depth, step] of at.entries()) {
    // What stands in the section `http.auth` is no secret by that.
    if (isSecretKey(step) && !(step === 'auth' && depth < at.length - 1)) return hidden;
    if (typeof here !== 'object' || here === null) return null;
    here = (here as Record<string | number, unknown>)[step];
  }
  if (here === undefined) return null;
  if (here === null) return null;
  if (typeof here === 'number') return String(here);
  if (Array.isArray(here) && here.every((item) => typeof item !== 'object' || item === null)) {
    return shorten(`[${here.map((item) => JSON.stringify(item)).join(', ')}]`);
  }
  return typeof here === 'object' ? null : shorten(JSON.stringify(here));
}

const shorten = (text: string): string => {
  const shown = redactText(text);
  return shown.length > longestShown ? `${shown.slice(0, longestShown)}…` : shown;
};
