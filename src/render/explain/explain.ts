import { formatAmount } from '../../core/money/money.js';
import type { PlanVersion } from '../../core/plan/plan.js';
import type { MonthJudgement, ServiceMonth, SiteMonth } from '../../core/statement/judge.js';
import { addDays } from '../../core/time/date.js';
import { rulingsOf } from '../../core/statement/rulings.js';
import { inLanguage } from '../plan/words.js';
import { oneLine } from '../table.js';
import { explainAvailability } from './availability.js';
import { explainCredit } from './credit.js';
import { explainPath } from './paths.js';
import { indented, milliseconds, source, span } from './text.js';

/** The judgement as a derivation that a person follows with a pocket calculator, each step with its source. */
export function explainMonth(judgement: MonthJudgement): string {
  const { case: monthCase, services, sites, paths } = judgement;
  const { planId, plan, month } = monthCase;
  const lines = [
    `Plan ${planId}, version ${plan.version}, in force since ${plan.effectiveFrom}`,
    `Month ${month.name} in ${month.zone}: ${month.days} days, ${milliseconds(month.to - month.from)} ${source(plan, 'timeZone')}`,
    '',
    ...services.flatMap((service) => explainService(service, judgement)),
    ...sites.map((site) => explainSite(site, plan)),
    ...(sites.length > 0 ? [''] : []),
    ...paths.flatMap((path) => explainPath(path, monthCase)),
    ...claim(judgement),
    ...rulings(judgement),
  ];
  return `${lines.map(oneLine).join('\n').trimEnd()}\n`;
}

/** The lines of one of its services, with its site, its paths and the claim. */
export function explainOne(service: ServiceMonth, judgement: MonthJudgement): string[] {
  const { case: monthCase, sites, paths } = judgement;
  const { planId, plan } = monthCase;
  // In the order of the service itself: others' paths may not be known where it is told again.
  const own = [...new Set(service.terms.paths)].flatMap((id) => paths.find(({ path }) => path === id) ?? []);
  return [
    `Plan ${planId}, version ${plan.version}, in force since ${plan.effectiveFrom}`,
    ...explainService(service, judgement).slice(0, -1),
    ...sites.filter(({ site }) => site === service.terms.site).map((site) => explainSite(site, plan)),
    ...own.flatMap((path) => explainPath(path, monthCase).slice(0, -1)),
    ...claim(judgement),
  ].map(oneLine);
}

function explainService(service: ServiceMonth, judgement: MonthJudgement): string[] {
  const { terms, period } = service;
  const { zone } = judgement.case.month;
  return [
    `Service ${terms.id} from ${terms.start}, site ${terms.site}, class ${terms.class}`,
    ...indented([
      `Period: ${span(period, zone)}: ${period.days} days, ${milliseconds(period.to - period.from)}`,
      ...explainAvailability(service, judgement.case),
      ...explainCredit(service, judgement),
    ]),
    '',
  ];
}

function explainSite({ site, currency, rent, cap, credit }: SiteMonth, plan: PlanVersion): string {
  const limit = cap === null ? 'no cap by site' : `cap ${formatAmount(cap, currency)}`;
  return `Site ${site}: rents ${formatAmount(rent, currency)} ${currency}, ${limit}, credits ${formatAmount(credit, currency)} ${source(plan, 'credit.caps')}`;
}

function claim({ case: { plan, month } }: MonthJudgement): string[] {
  const days = plan.credit.claimWithinDays;
  if (days === null) return [];
  return [
    `Claim: the customer has to claim within ${days} days of the month's end, on ${addDays(month.endDay, days - 1)} at the latest ${source(plan, 'credit.claimWithinDays')}`,
  ];
}

/** Those that touched one of the services, each once. */
function rulings(judgement: MonthJudgement): string[] {
  const touched = new Set(judgement.services.flatMap((service) => rulingsOf(service, judgement)));
  if (touched.size === 0) return [];
  return [
    ...(judgement.case.plan.credit.claimWithinDays === null ? [] : ['']),
    'How this contract is read:',
    ...judgement.case.plan.rulings
      .filter((ruling) => touched.has(ruling))
      .map(
        ({ id, field, clause, text }) =>
          `  ${id}: ${inLanguage(text, 'en')} [${field}${clause === null ? '' : `: clause ${clause}`}]`,
      ),
  ];
}
