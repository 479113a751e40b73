import { coversLine, coversPath, type ExclusionKind } from '../exclusion.js';
import { pathEnds } from '../path.js';
import type { Circumstance, PlanVersion, Ruling } from '../plan.js';
import type { PathMonth } from '../quality.js';
import { subtract } from '../time/intervals.js';
import type { MonthJudgement, ServiceMonth } from './judge.js';

/**
 * Whether the plan has rulings as a list. In a plan from an evidence pack of an earlier program version they are a
 * mapping.
 */
export const hasRulings = ({ rulings }: Pick<PlanVersion, 'rulings'>): boolean => Array.isArray(rulings);

/**
 * The rulings that affected a service's month, in the order of the plan: those whose field was used for one of its
 * figures, so that the reader learns how the contract was interpreted where it mattered, and nothing else.
 */
export function rulingsOf(service: ServiceMonth, judgement: MonthJudgement): Ruling[] {
  const { plan } = judgement.case;
  if (!hasRulings(plan)) return [];
  return plan.rulings.filter((ruling) => {
    const touched = circumstance[ruling.when ?? byField(ruling.field)];
    return ofItsClass(ruling, service) && touched(service, judgement);
  });
}

/** Whether a ruling about a class applies to the service's class. */
function ofItsClass({ field }: Ruling, { serviceClass }: ServiceMonth): boolean {
  return !field.startsWith('classes.') || field.split('.')[1] === serviceClass.id;
}

const circumstance: Record<Circumstance, (service: ServiceMonth, judgement: MonthJudgement) => boolean> = {
  always: () => true,
  never: () => false,
  'partial-month': isPartial,
  'partial-month-credit': (service, judgement) => isPartial(service, judgement) && service.uncapped > 0n,
  'several-lines': ({ availability }) => availability.lines.length > 1,
  outage: ({ availability }) => availability.unavailableMs > 0,
  excused: ({ availability }) => availability.excusedMs > 0,
  unobserved: ({ availability }) => availability.unobservedMs > 0,
  'planned-maintenance': (service, judgement) => hasExclusion('planned-maintenance', service, judgement),
  'force-majeure': (service, judgement) => hasExclusion('force-majeure', service, judgement),
  paths: ({ terms }) => terms.paths.length > 0,
  'latency-commitment': (service, judgement) =>
    ownPaths(service, judgement).some(({ commitmentUs }) => commitmentUs !== null),
  'left-out': (service, judgement) =>
    ownPaths(service, judgement).some(
      ({ latency, loss, notDue }) =>
        subtract(latency.leftOut, notDue).length > 0 || subtract(loss.leftOut, notDue).length > 0,
    ),
  'quality-credit': ({ terms }, { case: { plan } }) =>
    terms.paths.length > 0 && plan.credit.causes.some(({ kind }) => kind === 'latency' || kind === 'loss'),
  credit: ({ uncapped }) => uncapped > 0n,
};

/** The circumstance of the longest prefix of the field that has one. */
function byField(field: string): Circumstance {
  for (let at = field; at !== ''; at = at.replace(/(?:\[\d+\]|\.?[^.[\]]+)$/, '')) {
    const circumstance = circumstanceOf[at];
    if (circumstance !== undefined) return circumstance;
  }
  return 'always';
}

const circumstanceOf: Readonly<Record<string, Circumstance>> = {
  measurement: 'paths',
  'exclusions.plannedMaintenance': 'planned-maintenance',
  'exclusions.forceMajeure': 'force-majeure',
  'availability.excusedTime': 'excused',
  'availability.excusedBy': 'excused',
  'availability.incompleteAbovePercent': 'unobserved',
  latency: 'latency-commitment',
  'latency.leavesOut': 'left-out',
  loss: 'paths',
  'loss.leavesOut': 'left-out',
  classes: 'always',
  credit: 'credit',
  'credit.causes': 'paths',
  'credit.minimumCoveragePercent': 'quality-credit',
  faultReports: 'never',
  tax: 'credit',
};

function isPartial({ period }: ServiceMonth, { case: { month } }: MonthJudgement): boolean {
  return period.days < month.days;
}

function ownPaths({ terms }: ServiceMonth, { paths }: MonthJudgement): PathMonth[] {
  return paths.filter(({ path }) => terms.paths.includes(path));
}

/** Whether an approved exclusion of the kind covers one of the service's lines or paths in the month. */
function hasExclusion(
  kind: ExclusionKind,
  service: ServiceMonth,
  { case: monthCase }: MonthJudgement,
): boolean {
  const { terms, period, availability } = service;
  return monthCase.exclusions.some((exclusion) => {
    if (
      exclusion.kind !== kind ||
      exclusion.from >= monthCase.month.to ||
      exclusion.to <= monthCase.month.from
    )
      return false;
    const onLine = availability.lines.some(({ line, pop }) =>
      coversLine(exclusion.scope, { line, pop, service: terms.id, customer: terms.customer }),
    );
    if (onLine && exclusion.from < period.to && exclusion.to > period.from) return true;
    return terms.paths.some((path) => {
      const ends = pathEnds(path);
      return ends !== null && coversPath(exclusion.scope, { id: path, ...ends });
    });
  });
}
