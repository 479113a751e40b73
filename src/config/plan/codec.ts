import { usualMinimumSent } from '../../core/measurement/round.js';
import { formatAmount } from '../../core/money.js';
import { asPercent, multiply, ratio, type Rational } from '../../core/number.js';
import type {
  Band,
  CapRule,
  ClaimRule,
  CreditRules,
  ExclusionRules,
  Plan,
  PlanExample,
  PlanVersion,
  ServiceClass,
} from '../../core/plan.js';
import { readCause, readWindow, showCause, showWindow } from './codec-causes.js';
import {
  decimalValue,
  orNull,
  percentValue,
  perUnitOf,
  shareOf,
  showPerUnit,
  showShare,
  type Shown,
} from './codec-parts.js';
import type { RawPlan, RawVersion } from './schema.js';
import { durationText, moneyText, type RawExample } from './examples.js';

/**
 * What a file says, checked, in the types of core, and back: `readPlan(parse(showPlan(plan)))` is `plan`. Every key of
 * the schema has its place in both directions; the types hold that for `show` (`Shown`).
 */
export function readPlan(raw: RawPlan): Plan {
  return { ...raw, versions: raw.versions.map(readVersion) };
}

/** The whole plan as the data of a plan file, defaults written out. */
export function showPlan(plan: Plan): Shown<RawPlan> {
  return {
    id: plan.id,
    name: plan.name,
    source: plan.source,
    versions: plan.versions.map(showVersion),
    examples: plan.examples.map(showExample),
  };
}

function readVersion(raw: RawVersion): PlanVersion {
  const { availability, latency, loss, jitter } = raw;
  const { outages } = availability;
  return {
    version: raw.version ?? raw.effectiveFrom,
    effectiveFrom: raw.effectiveFrom,
    timeZone: raw.timeZone,
    measurement: readMeasurement(raw.measurement),
    exclusions: readExclusions(raw.exclusions),
    availability: {
      excusedTime: availability.excusedTime,
      excusedBy: availability.excusedBy,
      incompleteAbove: availability.incompleteAbovePercent,
      outages: {
        startsAt: outages.startsAt,
        shortestMinutes: outages.shortestMinutes,
        unitMinutes: outages.countedInMinutes,
        count: outages.count,
      },
      degradedIsDown: availability.degradedIsDown.map(readWindow),
    },
    latency,
    loss: { leavesOut: loss.leavesOut, commitment: loss.commitmentPercent, bands: loss.bands },
    jitter: { leavesOut: jitter.leavesOut, commitmentUs: usOf(jitter.commitmentMs) },
    trafficClasses: raw.trafficClasses.map(({ id, name, dscp, latencyMs, lossPercent, jitterMs }) => ({
      id,
      name,
      dscp,
      latencyUs: usOf(latencyMs),
      loss: lossPercent,
      jitterUs: usOf(jitterMs),
    })),
    classes: new Map(raw.classes.map((each) => [each.id, readClass(each)])),
    credit: readCredit(raw.credit),
    faultReports: raw.faultReports,
    tax: { rate: raw.tax.ratePercent },
    clauses: raw.clauses,
    rulings: raw.rulings,
  };
}

function readMeasurement({ minimumSent, ...raw }: RawVersion['measurement']): PlanVersion['measurement'] {
  return { ...raw, minimumSent: minimumSent ?? usualMinimumSent(raw.packets) };
}

function readExclusions({ plannedMaintenance, forceMajeure }: RawVersion['exclusions']): ExclusionRules {
  const { notice, noticeHours = 0, allowance } = plannedMaintenance;
  return {
    plannedMaintenance: { noticeHours: notice === undefined ? noticeHours : notice.hours, allowance },
    forceMajeure,
  };
}

function showVersion(version: PlanVersion): Shown<RawVersion> {
  const { availability, latency, loss, jitter, exclusions } = version;
  const { allowance } = exclusions.plannedMaintenance;
  return {
    effectiveFrom: version.effectiveFrom,
    version: version.version,
    timeZone: version.timeZone,
    measurement: version.measurement satisfies Shown<RawVersion['measurement']>,
    exclusions: {
      plannedMaintenance: {
        notice: exclusions.plannedMaintenance.noticeHours ?? 'none',
        noticeHours: undefined,
        allowance: allowance && { ...allowance, hours: decimalValue(allowance.hours) },
      } satisfies Shown<RawVersion['exclusions']['plannedMaintenance']>,
      forceMajeure: exclusions.forceMajeure,
    },
    availability: {
      excusedTime: availability.excusedTime,
      excusedBy: availability.excusedBy,
      incompleteAbovePercent: percentValue(availability.incompleteAbove),
      outages: {
        startsAt: availability.outages.startsAt,
        shortestMinutes: decimalValue(availability.outages.shortestMinutes),
        countedInMinutes: orNull(availability.outages.unitMinutes, decimalValue),
        count: availability.outages.count,
      } satisfies Shown<RawVersion['availability']['outages']>,
      degradedIsDown: availability.degradedIsDown.map(showWindow),
    } satisfies Shown<RawVersion['availability']>,
    latency: {
      leavesOut: latency.leavesOut,
      excessDecimals: latency.excessDecimals,
      bands: latency.bands.map(showBand),
    } satisfies Shown<RawVersion['latency']>,
    loss: {
      leavesOut: loss.leavesOut,
      commitmentPercent: percentValue(loss.commitment),
      bands: loss.bands.map(showBand),
    } satisfies Shown<RawVersion['loss']>,
    jitter: {
      leavesOut: jitter.leavesOut,
      commitmentMs: orNull(jitter.commitmentUs, msValue),
    } satisfies Shown<RawVersion['jitter']>,
    trafficClasses: version.trafficClasses.map(
      ({ id, name, dscp, latencyUs, loss: promised, jitterUs }) =>
        ({
          id,
          name,
          dscp,
          latencyMs: orNull(latencyUs, msValue),
          lossPercent: orNull(promised, percentValue),
          jitterMs: orNull(jitterUs, msValue),
        }) satisfies Shown<RawVersion['trafficClasses'][number]>,
    ),
    classes: [...version.classes.values()].map(showClass),
    credit: showCredit(version.credit),
    faultReports: version.faultReports,
    tax: { ratePercent: orNull(version.tax.rate, percentValue) },
    clauses: Object.fromEntries(version.clauses),
    rulings: version.rulings,
  };
}

const showBand = ({ id, name, upToPercent }: Band) => ({
  id,
  name,
  upToPercent: orNull(upToPercent, decimalValue),
});

function readClass(raw: RawVersion['classes'][number]): ServiceClass {
  return {
    id: raw.id,
    name: raw.name,
    commitment: raw.commitmentPercent,
    minLines: raw.lines.min,
    maxLines: raw.lines.max,
    steps: raw.steps.map((step) => ({
      below: step.below,
      credit: shareOf(step),
      // The bound is a share of 1, and so is the unit below it.
      perUnit: perUnitOf(step, (unit) => multiply(unit, ratio(1n, 100n))),
    })),
  };
}

function showClass(each: ServiceClass): Shown<RawVersion['classes'][number]> {
  const { minLines: min, maxLines: max } = each;
  return {
    id: each.id,
    name: each.name,
    commitmentPercent: percentValue(each.commitment),
    lines: max === null ? { min } : min === max ? min : { min, max },
    steps: each.steps.map(
      (step) =>
        ({
          below: percentValue(step.below),
          ...showShare(step.credit),
          ...showPerUnit(step.perUnit, asPercent),
        }) satisfies Shown<RawVersion['classes'][number]['steps'][number]>,
    ),
  };
}

function readCredit(raw: RawVersion['credit']): CreditRules {
  return {
    base: raw.base,
    of: raw.of,
    minimumCoverage: raw.minimumCoveragePercent,
    combine: raw.combine,
    causes: raw.causes.map(readCause),
    caps: raw.caps.map((cap): CapRule => ({ per: cap.per, over: cap.over, of: cap.of, share: shareOf(cap) })),
    minimumPayable: raw.minimumPayable,
    claim: claimOf(raw),
    paidOn: raw.paidOn,
  };
}

function claimOf({ claim, claimWithinDays }: RawVersion['credit']): ClaimRule | null {
  if (claimWithinDays !== null) return { days: claimWithinDays, after: 'month' };
  if (claim === null) return null;
  if (claim.withinMonths !== undefined) return { months: claim.withinMonths };
  return { days: claim.withinDays ?? 0, after: claim.after ?? 'month' };
}

function showCredit(credit: CreditRules): Shown<RawVersion['credit']> {
  const { claim, minimumPayable } = credit;
  return {
    base: credit.base,
    of: credit.of,
    minimumCoveragePercent: percentValue(credit.minimumCoverage),
    combine: credit.combine,
    causes: credit.causes.map(showCause),
    caps: credit.caps.map(
      (cap) =>
        ({ per: cap.per, over: cap.over, of: cap.of, ...showShare(cap.share) }) satisfies Shown<
          RawVersion['credit']['caps'][number]
        >,
    ),
    minimumPayable: minimumPayable && {
      per: minimumPayable.per,
      amounts: Object.fromEntries(
        [...minimumPayable.amounts].map(([currency, minor]) => [currency, formatAmount(minor, currency)]),
      ),
    },
    claimWithinDays: null,
    claim:
      claim &&
      ('months' in claim ? { withinMonths: claim.months } : { withinDays: claim.days, after: claim.after }),
    paidOn: credit.paidOn,
  };
}

function showExample(example: PlanExample): Shown<RawExample> {
  const figures = (of: Pick<PlanExample, 'latencyMs' | 'lossPercent' | 'jitterMs'>) => ({
    latencyMs: orNull(of.latencyMs, decimalValue),
    lossPercent: orNull(of.lossPercent, percentValue),
    jitterMs: orNull(of.jitterMs, decimalValue),
  });
  const { installationCharge } = example;
  return {
    ...example,
    rent: moneyText(example.rent),
    installationCharge: installationCharge && moneyText(installationCharge),
    outages: example.outages.map(({ at, lasts, reportedAfter, line }) => ({
      at,
      lasts: durationText(lasts),
      reportedAfter: reportedAfter === null ? null : durationText(reportedAfter),
      line,
    })),
    exclusions: example.exclusions.map(({ kind, at, lasts }) => ({ kind, at, lasts: durationText(lasts) })),
    commitmentMs: orNull(example.commitmentMs, decimalValue),
    ...figures(example),
    exceptions: example.exceptions.map(({ at, lasts, ...rest }) => ({
      at,
      lasts: durationText(lasts),
      ...figures(rest),
    })),
    history: example.history.map(({ month, rent, credit }) => ({
      month,
      rent: moneyText(rent),
      credit: moneyText(credit),
    })),
    credit: moneyText(example.credit),
  };
}

const usOf = (ms: Rational | null): Rational | null => ms && multiply(ms, ratio(1000n));
const msValue = (us: Rational): number | string => decimalValue(multiply(us, ratio(1n, 1000n)));
