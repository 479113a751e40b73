import type { z } from 'zod';
import { formatAmount } from '../../../core/money/money.js';
import { minorUnits } from '../../../render/report/totals.js';
import type { summary } from '../../billing/answers.js';
import { everyPage } from '../every-page.js';
import type { Ask } from '../page.js';

export type Summary = z.output<typeof summary>;

/** Every statement of a month, or of one of its services: the draft and all revisions. */
export const statementsOf = (ask: Ask, query: { month: string; service?: string }): Promise<Summary[]> =>
  everyPage<Summary>(ask, 'listStatements', 'statements', { ...query, limit: '1000' });

/** What stands for a service now: its latest revision, else its draft. */
export interface ServiceMonth {
  readonly service: string;
  readonly latest: Summary;
  readonly revisions: number;
}

export function byService(statements: readonly Summary[]): ServiceMonth[] {
  const services = new Map<string, Summary[]>();
  for (const one of statements) services.set(one.service, [...(services.get(one.service) ?? []), one]);
  return [...services].flatMap(([service, all]) => {
    const sealed = all.filter(({ state }) => state === 'sealed').sort((a, b) => a.revision - b.revision);
    const latest = sealed.at(-1) ?? all[0];
    return latest ? [{ service, latest, revisions: sealed.length }] : [];
  });
}

export interface Total {
  readonly currency: string;
  readonly statements: number;
  readonly rent: string;
  readonly credit: string;
}

/** By currency, in minor units: amounts of two currencies never meet. */
export function totalsOf(months: readonly ServiceMonth[]): Total[] {
  const currencies = [...new Set(months.map(({ latest }) => latest.currency))].sort();
  return currencies.map((currency) => {
    const own = months.flatMap(({ latest }) => (latest.currency === currency ? [latest] : []));
    const sum = (amounts: readonly string[]): string =>
      formatAmount(
        amounts.reduce((all, amount) => all + minorUnits(amount, currency), 0n),
        currency,
      );
    return {
      ...{ currency, statements: own.length },
      rent: sum(own.map(({ rent }) => rent)),
      credit: sum(own.map(({ credit }) => credit)),
    };
  });
}
