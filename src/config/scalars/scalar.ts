import { z } from 'zod';

/** What is wrong with a value. */
export interface Wrong {
  readonly wrong: string;
  /** When it says more than what the type allows in general. */
  readonly allowed?: string;
}

export const wrong = (what: string, allowed?: string): Wrong =>
  allowed === undefined ? { wrong: what } : { wrong: what, allowed };

/** True when a reading failed. */
export function isWrong(reading: unknown): reading is Wrong {
  return typeof reading === 'object' && reading !== null && 'wrong' in reading;
}

/**
 * A type of value: `read` makes what the program uses of what stands in the file, or says what is wrong with it.
 * `allowed` names what may stand there. A missing value never reaches `read`.
 */
export function scalar<T>(allowed: string, read: (input: unknown) => T | Wrong) {
  return z.unknown().transform((input, context): T => {
    const reading = input === undefined ? wrong('is missing') : read(input);
    if (!isWrong(reading)) return reading;
    const params = { allowed: reading.allowed ?? allowed };
    context.issues.push({ code: 'custom', message: reading.wrong, params, input });
    return z.NEVER;
  });
}

/** A number with its unit, written as text; a bare number lacks the unit. */
export function quantity<T>(allowed: string, read: (text: string) => T | Wrong) {
  return scalar(allowed, (input) => {
    if (typeof input === 'number') return wrong('has no unit');
    return typeof input === 'string' ? read(input) : wrong('is not text');
  });
}

/** A type of value that is written as text. */
export function textual<T>(allowed: string, read: (text: string) => T | Wrong) {
  return scalar(allowed, (input) => (typeof input === 'string' ? read(input) : wrong('is not text')));
}
