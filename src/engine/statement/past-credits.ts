import { minorOf } from '../../core/money/money.js';
import type { PastCredit } from '../../core/statement/case.js';
import { monthAfter } from '../../core/time/month.js';
import type { SealedStatement } from '../../core/statement/document.js';
import type { StatementSummary } from '../../store/statement-store.js';
import type { PastCredits } from '../month/load-case.js';

/** Where sealed statements of earlier months are to be had: a store, or an evidence pack. */
export interface PastStatements {
  list(query: { readonly month: string }): Promise<readonly Pick<StatementSummary, 'id' | 'state'>[]>;
  sealed(id: string): Promise<SealedStatement | null>;
}

/** What sealed statements of the eleven months before credited, for a cap over a rolling year. Drafts are no credit. */
export function pastCreditsOf(statements: PastStatements): PastCredits {
  return async (plan, month) => {
    const past: PastCredit[] = [];
    for (let back = 11; back > 0; back -= 1) {
      const before = monthAfter(month, -back);
      const listed = await statements.list({ month: before });
      const ids = new Set(listed.flatMap(({ id, state }) => (state === 'sealed' ? [id] : [])));
      for (const id of ids) {
        const document = (await statements.sealed(id))?.document;
        if (!document) continue;
        const { service, site, customer, currency } = document;
        for (const part of document.parts.filter((one) => plan === null || one.plan.id === plan)) {
          const rent = { minor: minorOf(part.rent, currency), currency };
          const credit = minorOf(part.credit.amount, currency);
          past.push({ month: before, service, site, customer, rent, credit });
        }
      }
    }
    return past;
  };
}
