import { parseDecimal } from '../../core/number/decimal.js';
import { formatAmount } from '../../core/money/money.js';
import { currencyDecimals } from '../../core/money/currency.js';
import type { StatementDocument } from '../../core/statement/document.js';
import type { Report, ReportStatement } from './report.js';

/** What statements of one currency add up to. */
export interface CurrencyTotal {
  readonly currency: string;
  readonly statements: number;
  readonly rent: string;
  readonly credit: string;
  /** Null: unknown for one of them. */
  readonly tax: string | null;
  readonly net: string | null;
}

/** One total for each currency, by its code: amounts of two currencies never meet. */
export function totalsOf(documents: readonly StatementDocument[]): CurrencyTotal[] {
  const currencies = [...new Set(documents.map(({ currency }) => currency))].sort();
  return currencies.map((currency) => {
    const totals = documents.filter((one) => one.currency === currency).map(({ total }) => total);
    const known = (amounts: readonly (string | null)[]): string | null => sum(amounts, currency);
    return {
      currency,
      statements: totals.length,
      rent: known(totals.map(({ rent }) => rent)) ?? '',
      credit: known(totals.map(({ credit }) => credit)) ?? '',
      tax: known(totals.map(({ tax }) => tax)),
      net: known(totals.map(({ net }) => net)),
    };
  });
}

/** In minor units; null where one is unknown. Throws `RangeError` for what is no amount of the currency. */
function sum(amounts: readonly (string | null)[], currency: string): string | null {
  let total = 0n;
  for (const amount of amounts) {
    if (amount === null) return null;
    total += minorUnits(amount, currency);
  }
  return formatAmount(total, currency);
}

export function minorUnits(amount: string, currency: string): bigint {
  const decimal = parseDecimal(amount);
  const places = currencyDecimals(currency) ?? 2;
  if (!decimal || decimal.places > places) throw new RangeError(`${amount} is no amount in ${currency}`);
  return (decimal.value.n * 10n ** BigInt(places)) / decimal.value.d;
}

export interface GroupTotals {
  readonly id: string;
  readonly services: readonly string[];
  readonly totals: readonly CurrencyTotal[];
}

/** Every group of one kind with its totals, by id. A service counts for every seller above its customer. */
export function totalsBy(
  { statements }: Pick<Report, 'statements'>,
  groupsOf: (document: StatementDocument) => readonly string[],
): GroupTotals[] {
  const groups = new Map<string, ReportStatement[]>();
  for (const statement of statements) {
    for (const id of groupsOf(statement.document)) groups.set(id, [...(groups.get(id) ?? []), statement]);
  }
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, members]) => ({
      id,
      services: members.map(({ document }) => document.service),
      totals: totalsOf(members.map(({ document }) => document)),
    }));
}
