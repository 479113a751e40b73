import type { CreditFacts, CreditRow } from '../../core/billing/credit.js';
import { formatAmount, minorOf } from '../../core/money/money.js';
import type { StatementDocument } from '../../core/statement/document.js';
import type { LocalDate } from '../../core/time/date.js';

/** What a first revision owes; null: nothing. */
export function creditOf(document: StatementDocument): CreditFacts | null {
  const { total, currency } = document;
  if (minorOf(total.credit, currency) === 0n) return null;
  const { credit: gross, tax, net } = total;
  return { ...common(document), kind: 'credit', of: null, gross, tax, net, claimBy: claimBy(document) };
}

/**
 * By how much a later revision owes more or less than the one before; null: the same. A row that was sealed is never
 * edited, whether finance's system has it or not: the difference is a row of its own. It waits for the same claim while
 * the statement's rows are not claimed yet.
 */
export function adjustmentOf(
  document: StatementDocument,
  before: StatementDocument,
  rows: readonly CreditRow[],
): CreditFacts | null {
  const { currency } = document;
  const less = (now: string | null, then: string | null): string | null =>
    now === null || then === null
      ? null
      : formatAmount(minorOf(now, currency) - minorOf(then, currency), currency);
  const gross = less(document.total.credit, before.total.credit) ?? '0';
  if (minorOf(gross, currency) === 0n) return null;
  const standing = rows.filter(
    ({ status, kind }) => status !== 'dropped' && status !== 'draft' && kind !== 'reversal',
  );
  const waits = standing.find(({ status, claimBy: day }) => status === 'sealed' && day !== null);
  return {
    ...common(document),
    kind: 'adjustment',
    of: standing[0]?.id ?? null,
    gross,
    tax: less(document.total.tax, before.total.tax),
    net: less(document.total.net, before.total.net),
    claimBy: standing.length === 0 ? claimBy(document) : (waits?.claimBy ?? null),
  };
}

function common({ id, revision, month, service, customer, site, currency }: StatementDocument) {
  return { statement: id, revision, month, service, customer, site, currency };
}

/** The earliest last day of its parts' plans. */
function claimBy({ parts }: StatementDocument): LocalDate | null {
  const days = parts.flatMap(({ claim, credit }) =>
    claim && Number(credit.amount) > 0 ? [claim.lastDay] : [],
  );
  return days.sort()[0] ?? null;
}
