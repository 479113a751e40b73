import type {
  CapRule,
  CauseRule,
  CreditRules,
  ExclusionRules,
  Plan,
  PlanVersion,
  ServiceClass,
} from '../../core/plan/plan.js';
import { usualMinimumSent } from '../../core/measurement/settle.js';
import { noShare, percentShare, type Share } from '../../core/plan/share.js';
import { asPercent } from '../../core/number/decimal.js';
import { zero, type Rational } from '../../core/number/rational.js';
import type { RawCause } from './schema/credit.js';
import type { RawPlan, RawVersion } from './schema/schema.js';

/** What was written, checked, in the types of core. */
export function buildPlan(raw: RawPlan): Plan {
  return { ...raw, versions: raw.versions.map(buildVersion) };
}

function buildVersion(raw: RawVersion): PlanVersion {
  const { availability, latency, loss } = raw;
  return {
    version: raw.version ?? raw.effectiveFrom,
    effectiveFrom: raw.effectiveFrom,
    timeZone: raw.timeZone,
    measurement: buildMeasurement(raw.measurement),
    exclusions: buildExclusions(raw.exclusions),
    availability: {
      excusedTime: availability.excusedTime,
      excusedBy: availability.excusedBy,
      incompleteAbove: availability.incompleteAbovePercent,
    },
    latency,
    loss: { leavesOut: loss.leavesOut, commitment: loss.commitmentPercent, bands: loss.bands },
    classes: new Map(raw.classes.map((each) => [each.id, buildClass(each)])),
    credit: buildCredit(raw.credit),
    faultReports: raw.faultReports,
    tax: { rate: raw.tax.ratePercent },
    clauses: raw.clauses,
    rulings: raw.rulings,
  };
}

function buildMeasurement({ minimumSent, ...raw }: RawVersion['measurement']): PlanVersion['measurement'] {
  return { ...raw, minimumSent: minimumSent ?? usualMinimumSent(raw.packets) };
}

function buildExclusions({ plannedMaintenance, forceMajeure }: RawVersion['exclusions']): ExclusionRules {
  const { notice, noticeHours = 0, allowance } = plannedMaintenance;
  return {
    plannedMaintenance: { noticeHours: notice === undefined ? noticeHours : notice.hours, allowance },
    forceMajeure,
  };
}

function buildClass(raw: RawVersion['classes'][number]): ServiceClass {
  return {
    id: raw.id,
    name: raw.name,
    commitment: raw.commitmentPercent,
    minLines: raw.lines.min,
    maxLines: raw.lines.max,
    steps: raw.steps.map((step) => ({ below: step.below, credit: shareOf(step) })),
  };
}

interface RawShare {
  readonly percent?: Rational | undefined;
  readonly fraction?: Share | undefined;
}

function shareOf({ percent, fraction }: RawShare): Share {
  if (fraction !== undefined) return fraction;
  return percent === undefined ? noShare : percentShare(percent);
}

function buildCredit(raw: RawVersion['credit']): CreditRules {
  return {
    base: raw.base,
    of: raw.of,
    minimumCoverage: raw.minimumCoveragePercent,
    combine: raw.combine,
    causes: raw.causes.map(buildCause),
    caps: raw.caps.map((cap): CapRule => ({ per: cap.per, over: cap.over, of: cap.of, share: shareOf(cap) })),
    minimumPayable: raw.minimumPayable,
    claimWithinDays: raw.claimWithinDays,
  };
}

/** Which keys are there was checked by kind; the fallbacks are the schema's defaults. */
function buildCause(raw: RawCause): CauseRule {
  const base = { id: raw.id, name: raw.name, classes: raw.classes };
  switch (raw.kind) {
    case 'latency':
    case 'loss':
      return {
        ...base,
        kind: raw.kind,
        measure: raw.measure ?? 'absolute',
        decimals: raw.decimals ?? null,
        paths: raw.paths ?? 'worst',
        steps: (raw.steps ?? []).map((step) => ({
          over: step.over ?? step.from ?? zero,
          inclusive: step.from !== undefined,
          credit: shareOf(step),
        })),
      };
    case 'downtime':
      return {
        ...base,
        kind: 'downtime',
        unitMinutes: raw.unitMinutes ?? zero,
        count: raw.count ?? 'full',
        over: raw.over ?? 'month',
        allowanceMinutes: raw.allowanceMinutes ?? zero,
        credit: shareOf(raw),
      };
    case 'failed-days':
      return {
        ...base,
        kind: 'failed-days',
        metric: raw.metric ?? 'availability',
        threshold:
          raw.metric === 'availability' ? asPercent(raw.belowPercent ?? zero) : (raw.overPercent ?? zero),
        credit: shareOf(raw),
      };
    case 'long-outages':
      return {
        ...base,
        kind: 'long-outages',
        longerThanMinutes: raw.longerThanMinutes ?? zero,
        credit: shareOf(raw),
      };
  }
}
