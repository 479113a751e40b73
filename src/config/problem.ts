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
