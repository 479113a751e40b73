import { add, divide, formatUnits, ratio, type Rational, roundHalfUp } from './number.js';

/**
 * ISO 4217: how many decimals the minor unit of a currency is. Most have two, so only the codes are listed for those.
 * Codes without a minor unit (metals, bond units, test codes) are not money here.
 */
const byDecimals: Readonly<Record<number, string>> = {
  0: 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF',
  2:
    'AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE ' +
    'CHF CHW CNY COP COU CRC CUC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD ' +
    'HNL HRK HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP ' +
    'MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR ' +
    'SDG SEK SGD SHP SLE SLL SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED ' +
    'VES WST XCD XCG YER ZAR ZMW ZWG ZWL',
  3: 'BHD IQD JOD KWD LYD OMR TND',
  4: 'CLF UYW',
};

const decimals: ReadonlyMap<string, number> = new Map(
  Object.entries(byDecimals).flatMap(([places, codes]) =>
    codes.split(' ').map((code) => [code, Number(places)] as const),
  ),
);

/** The decimals of a currency's minor unit; null when `code` is not a currency of ISO 4217. */
export function currencyDecimals(code: string): number | null {
  return decimals.get(code) ?? null;
}

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
  if ('fault' in parsed) throw new RangeError(`${text} is no amount in ${currency}: ${parsed.fault}`);
  return negative ? -parsed.minor : parsed.minor;
}

/** The same amount with the other sign. */
export const negateAmount = (text: string, currency: string): string =>
  formatAmount(-minorOf(text, currency), currency);

/** The tax inside a gross amount: gross − half-up(gross / (1 + rate)), in minor units. */
export function taxWithin(gross: bigint, rate: Rational): { readonly tax: bigint; readonly net: bigint } {
  const net = roundHalfUp(divide(ratio(gross), add(ratio(1n), rate)));
  return { tax: gross - net, net };
}
