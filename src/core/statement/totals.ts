import { sum } from '../credit/caps.js';
import { formatAmount, minorOf } from '../money/money.js';
import type { Part, StatementTotal } from './document.js';

/** The parts together. */
export function totalOf(parts: readonly Part[], currency: string): StatementTotal {
  const add = (amounts: readonly string[]): string =>
    formatAmount(sum(amounts.map((amount) => minorOf(amount, currency))), currency);
  const addKnown = (amounts: readonly (string | null)[]): string | null => {
    const known = amounts.flatMap((amount) => amount ?? []);
    return known.length < amounts.length ? null : add(known);
  };
  const rates = new Set(parts.map(({ tax }) => tax.ratePercent));
  return {
    rent: add(parts.map(({ rent }) => rent)),
    credit: add(parts.map(({ credit }) => credit.amount)),
    tax: addKnown(parts.map(({ tax }) => tax.tax)),
    net: addKnown(parts.map(({ tax }) => tax.net)),
    taxRatePercent: rates.size === 1 ? (parts[0]?.tax.ratePercent ?? null) : null,
  };
}
