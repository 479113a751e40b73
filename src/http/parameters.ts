import { parseInstant } from '../config/scalars/instant.js';
import { isWrong } from '../config/scalars/scalar.js';
import type { EpochMs } from '../core/types.js';
import { BadRequest, type ParameterFault } from './problem.js';

/** What a reader of a parameter gives: the value, or what is wrong with the text. */
export type Reading<T> = { readonly value: T } | { readonly detail: string };
export type ParameterReader<T> = (text: string) => Reading<T>;

type Values<R> = { readonly [K in keyof R]?: R[K] extends ParameterReader<infer T> ? T : never };

/** Reads a query string strictly: throws `BadRequest` with every parameter that is unknown, double or wrong. */
export function readParameters<R extends Readonly<Record<string, ParameterReader<unknown>>>>(
  query: unknown,
  readers: R,
): Values<R> {
  const faults: ParameterFault[] = [];
  const values: Record<string, unknown> = {};
  for (const [parameter, given] of Object.entries(query as Record<string, unknown>)) {
    const reading = read(parameter, given, readers);
    if ('detail' in reading) faults.push({ parameter, detail: reading.detail });
    else values[parameter] = reading.value;
  }
  if (faults.length > 0) throw new BadRequest(faults);
  return values as Values<R>;
}

function read(
  parameter: string,
  given: unknown,
  readers: Readonly<Record<string, ParameterReader<unknown>>>,
): Reading<unknown> {
  const reader = Object.hasOwn(readers, parameter) ? readers[parameter] : undefined;
  if (!reader) {
    const names = Object.keys(readers).join(', ');
    return { detail: `is not known; allowed: ${names === '' ? 'no parameters' : names}` };
  }
  return typeof given === 'string' ? reader(given) : { detail: 'is given more than once' };
}

/** A date or an instant with its offset. */
export function readInstant(text: string): Reading<EpochMs> {
  // A + that nobody escaped came as a space.
  const at = parseInstant(text.replace(/ (\d\d:\d\d)$/, '+$1'));
  if (!isWrong(at)) return { value: at };
  return {
    detail: `${at.wrong}; allowed: a date such as 2026-10-01 (00:00 UTC), or an instant such as 2026-10-01T08:00:00+08:00`,
  };
}
