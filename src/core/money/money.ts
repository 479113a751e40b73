import { formatUnits } from '../number/decimal.js';
import { currencyDecimals } from './currency.js';

/** An amount in whole minor units of its currency (cents, fen, yen, fils). */
export interface Money {
  readonly minor: bigint;
  readonly currency: string;
}

const expression = /^(\d{1,24})(?:\.(\d+))?$/;

/** Reads `1234.50` in a currency with so many decimals; what is wrong with it as text otherwise. */
export function parseAmount(
  text: string,
  decimals: number,
): { readonly minor: bigint } | { readonly fault: string } {
  const match = expression.exec(text);
  if (!match && /^\d{25,}(?:\.\d+)?$/.test(text)) {
    return { fault: 'has more than 24 digits before the point' };
  }
  if (!match) {
    return { fault: 'must be an amount that is not negative, in digits with a point, as "1234.50"' };
  }
  const [, whole = '', fraction = ''] = match;
  if (fraction.length > decimals) {
    return {
      fault: `has ${fraction.length} decimals, and its currency allows ${decimals === 0 ? 'none' : `at most ${decimals}`}`,
    };
  }
  return { minor: BigInt(whole + fraction.padEnd(decimals, '0')) };
}

/** The amount with all the decimals of its currency. */
export function formatAmount(minor: bigint, currency: string): string {
  return formatUnits(minor, currencyDecimals(currency) ?? 2);
}

/** An amount as `formatAmount` printed it, back in minor units. Throws a `RangeError` for what it never prints. */
export function minorOf(text: string, currency: string): bigint {
  const negative = text.startsWith('-');
  const parsed = parseAmount(negative ? text.slice(1) : text, currencyDecimals(currency) ?? 2);
  if ('fault' in parsed) throw new RangeError(`${text} ${parsed.fault}`);
  return negative ? -parsed.minor : parsed.minor;
}
