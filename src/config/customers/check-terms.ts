import { currencyDecimals } from '../../core/money/currency.js';
import { parseAmount } from '../../core/money/money.js';
import type { Plan, PlanVersion, ServiceClass } from '../../core/plan/plan.js';
import { listed } from '../checks/draft.js';
import type { Fault } from '../problem.js';
import { didYouMean } from '../suggest.js';
import { allTerms, type Draft, type DraftTerms, type Surroundings } from './draft.js';
import { linesAllowed } from '../../core/plan/lines-allowed.js';

/** What the plan says to the terms: its classes, how many lines they have, and from when it is in force. */
export function checkTerms(draft: Draft, { plans }: Surroundings): Fault[] {
  return allTerms(draft)
    .flat()
    .flatMap((terms) => {
      const plan = terms.values.plan === undefined ? undefined : plans.get(terms.values.plan);
      return [...rentFaults(terms), ...(plan ? planFaults(terms, plan) : [])];
    });
}

function rentFaults({ said, values: { rent, currency }, placeOf }: DraftTerms): Fault[] {
  if (rent === undefined || currency === undefined) return [];
  if (!said.includes('rent') && !said.includes('currency')) return [];
  const decimals = currencyDecimals(currency) ?? 2;
  const read = parseAmount(rent, decimals);
  if (!('fault' in read)) return [];
  const allowed = `an amount in ${currency} with ${decimals === 0 ? 'no decimals' : `at most ${decimals} decimals`}`;
  return [{ at: placeOf('rent'), what: 'has more decimals than its currency', allowed }];
}

function planFaults(terms: DraftTerms, plan: Plan): Fault[] {
  const { from, to, said, values, placeOf } = terms;
  if (from === undefined) return [];
  const first = plan.versions[0];
  const faults: Fault[] = [];
  // The month of the first day is judged by what comes into force in it, at the latest.
  if (first && first.effectiveFrom.slice(0, 7) > from.slice(0, 7)) {
    faults.push({
      at: placeOf('plan'),
      what: `is not in force on ${from}`,
      allowed: `a plan that is in force: ${plan.id} is from ${first.effectiveFrom} on`,
    });
  }
  const reported = versionsWithin(plan, from, to).find(
    ({ availability }) => availability.outages.startsAt !== 'detection',
  );
  if (reported && said.includes('plan')) {
    faults.push({
      at: placeOf('plan'),
      what: `begins outages with the customer's report (version ${reported.version}), and stored months don't know when that was`,
      allowed:
        'a plan with availability.outages.startsAt: detection; pop-sla evaluate judges cases by the others',
    });
  }
  if (values.class === undefined || !said.some((key) => ['plan', 'class', 'lines'].includes(key)))
    return faults;
  for (const version of versionsWithin(plan, from, to)) {
    const found = version.classes.get(values.class);
    if (found) {
      const count = lineFault(terms, found);
      if (count) return [...faults, count];
      continue;
    }
    const known = [...version.classes.keys()];
    const what = `is no class of the plan ${plan.id}, version ${version.version}${didYouMean(values.class, known)}`;
    return [...faults, { at: placeOf('class'), what, allowed: listed(known) }];
  }
  return faults;
}

function versionsWithin(plan: Plan, from: string, to: string | undefined): PlanVersion[] {
  return plan.versions.filter((version, index) => {
    const next = plan.versions[index + 1]?.effectiveFrom;
    const begins = to === undefined || version.effectiveFrom < to;
    return begins && (next === undefined || next.slice(0, 7) >= from.slice(0, 7));
  });
}

function lineFault(terms: DraftTerms, serviceClass: ServiceClass): Fault | null {
  const { id, minLines, maxLines } = serviceClass;
  const count = terms.values.lines?.length;
  if (count === undefined || (count >= minLines && (maxLines === null || count <= maxLines))) return null;
  return {
    at: terms.placeOf('lines'),
    what: `has ${count} ${count === 1 ? 'line' : 'lines'} in the class ${id}`,
    allowed: linesAllowed(serviceClass),
  };
}
