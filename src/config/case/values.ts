import { createReadStream } from 'node:fs';
import { currencyDecimals, type Money, parseAmount } from '../../core/money.js';
import { pathEnds } from '../../core/path.js';
import type { PlanVersion } from '../../core/plan.js';
import {
  type InstantFault,
  isLocalDate,
  type LocalDate,
  localDateRule,
  type Month,
  parseInstant,
} from '../../core/time/calendar.js';
import type { EpochMs, PathId } from '../../core/types.js';
import { checkObject, checkParsed, checkText, moneyKeys } from './check.js';
import { type Faults, found, type Node } from './json.js';

const instantRule =
  'must be a time with its offset, to the millisecond at the finest, as "2026-10-12T03:00:00.000+08:00"';
const instantFaults: Record<InstantFault, string> = {
  form: instantRule,
  'no-offset': `has no offset: ${instantRule}`,
  'offset-range': instantRule,
  'finer-than-ms': `is finer than a millisecond: ${instantRule}`,
  'before-1970': `is before 1970: ${instantRule}`,
  'no-day': `names a day that is not in the calendar: ${instantRule}`,
  'no-time-of-day': `names an hour, minute or second that is not on the clock (leap seconds are not): ${instantRule}`,
};

export function checkInstant(node: Node, faults: Faults): EpochMs | null {
  const read = (text: string): { readonly at: EpochMs } | { readonly fault: string } => {
    const instant = parseInstant(text);
    return 'at' in instant ? instant : { fault: instantFaults[instant.wrong] };
  };
  return checkParsed(node, read, faults)?.at ?? null;
}

export function checkDate(node: Node, faults: Faults): LocalDate | null {
  const date = checkParsed(
    node,
    (text) => (isLocalDate(text) ? { text } : { fault: `must be ${localDateRule}` }),
    faults,
  );
  return date?.text ?? null;
}

export function checkPath(node: Node, faults: Faults): PathId | null {
  const path = checkParsed(
    node,
    (text) =>
      pathEnds(text) ? { id: text as PathId } : { fault: 'must be a path "A>B" of two different PoPs' },
    faults,
  );
  return path?.id ?? null;
}

/** `from` before `to`; either null where it has a fault of its own. */
export function checkOrder(node: Node, from: EpochMs | null, to: EpochMs | null, faults: Faults): void {
  if (from === null || to === null || from < to) return;
  faults.add(node, `is ${from === to ? 'empty' : 'reversed'}: "to" must be after "from"`);
}

export function checkCurrency(node: Node, faults: Faults): string | null {
  const code = checkText(node, faults);
  if (code === null || currencyDecimals(code) !== null) return code;
  faults.add(node, `must be a currency of ISO 4217, as "HKD", found ${found(code)}`);
  return null;
}

/** More than any currency has. */
const manyDecimals = 100;

/** An amount in whole minor units; where its currency has a fault (null), any decimals are right. */
export function checkAmount(node: Node, currency: string | null, faults: Faults): bigint | null {
  const decimals = currency === null ? manyDecimals : (currencyDecimals(currency) ?? 0);
  return checkParsed(node, (text) => parseAmount(text, decimals), faults)?.minor ?? null;
}

export function checkMoney(node: Node, faults: Faults): Money | null {
  if (node.value === undefined) return null;
  const at = checkObject(node, moneyKeys, faults);
  if (!at) return null;
  const currency = checkCurrency(at('currency'), faults);
  const minor = checkAmount(at('amount'), currency, faults);
  return minor === null || currency === null ? null : { minor, currency };
}

/** A platform's string ends at about 512 MB; a case this large is a mistake long before. */
const maxBytes = 256 * 1024 * 1024;

/** Reads a case from a file or a stream; what is wrong as text otherwise. */
export async function readCaseText(
  source: string | AsyncIterable<string | Uint8Array>,
): Promise<{ readonly text: string } | { readonly fault: string }> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let text = '';
  let bytes = 0;
  try {
    for await (const chunk of typeof source === 'string' ? createReadStream(source) : source) {
      const part = typeof chunk === 'string' ? Buffer.from(chunk) : (chunk as Uint8Array);
      bytes += part.byteLength;
      if (bytes > maxBytes) return { fault: `is too long: a case has at most ${maxBytes} bytes` };
      // Decoded as it comes, so that the bytes and the text are not in memory together.
      text += decoder.decode(part, { stream: true });
    }
    return { text: text + decoder.decode() };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return { fault: 'is not UTF-8' };
    if (code === 'ENOENT') return { fault: 'there is no such file' };
    return { fault: `can't be read: ${code === 'EISDIR' ? 'it is a folder' : (code ?? String(error))}` };
  }
}

/**
 * What a case is judged by. The checks take null where the plan or the month has a fault of its own: they leave out
 * what depends on it, and still find every other fault in the same run.
 */
export interface Rules {
  readonly plan: PlanVersion;
  readonly month: Month;
}

/** What a reference may name. */
export interface Known {
  has(name: string): boolean;
}

const anything: Known = { has: () => true };

/**
 * The names that a list gives under a key, also those of items with a fault: what refers to them is no fault of its
 * own. Where one can't be read, or the list itself, nothing is called unknown: it may be the one that is meant.
 */
export function knownIds(list: Node, key: string): Known {
  const values = valuesOf(list, key);
  return values?.every(isText) === true ? new Set(values) : anything;
}

/** The same for a key that may be left out. */
export function knownTexts(list: Node, key: string): Known {
  const values = valuesOf(list, key)?.filter((value) => value !== undefined);
  return values?.every(isText) === true ? new Set(values) : anything;
}

const isText = (value: unknown): value is string => typeof value === 'string';

function valuesOf({ value }: Node, key: string): unknown[] | null {
  if (!Array.isArray(value)) return null;
  return (value as unknown[]).map((item) =>
    typeof item === 'object' && item !== null && Object.hasOwn(item, key)
      ? (item as Record<string, unknown>)[key]
      : undefined,
  );
}
