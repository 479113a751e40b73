import { Temporal } from 'temporal-polyfill';
import { causeCredit, type CauseCredit, type CauseInput, type Judged, type Reason } from './cause.js';
import { creditOfFigure, creditOfStep, sizeOfCredit, unitsIn } from './units.js';
import type { MeanFigures } from '../measurement/figures.js';
import { asPercent, compare, ratio, type Rational, roundTo, subtract } from '../number.js';
import type {
  CauseRule,
  CreditRules,
  DowntimeCause,
  FailedDaysCause,
  FailedWindowsCause,
  LateDeliveryCause,
  LongOutagesCause,
  QualityCause,
  QualityMetric,
} from '../plan.js';
import { measured, type PathMonth, unitOf } from '../quality.js';
import { coveredFigures } from '../quality/covered-figures.js';
import { type FailedWindow, failedWindows } from '../quality/failed-windows.js';
import { addDays, daysIn, formatInstant, type LocalDate, startOfDay } from '../time/calendar.js';
import { clip, type Interval, totalMs } from '../time/intervals.js';
import type { PathId } from '../types.js';

const minutes = (ms: number): Rational => ratio(BigInt(ms), 60_000n);

/** Reasons for downtime beyond an allowance, of the whole month or of each outage: by the unit, or by steps. */
function downtimeReasons(rule: DowntimeCause, { availability, month }: CauseInput): Reason[] {
  const parts =
    rule.over === 'month'
      ? [{ subject: 'service', ms: availability.unavailableMs }]
      : availability.outages.map(({ from, countedMs }) => ({
          subject: formatInstant(from, month.zone),
          ms: countedMs,
        }));
  return parts.flatMap(({ subject, ms }): Reason[] => {
    const figure = subtract(minutes(ms), rule.allowanceMinutes);
    if (figure.n <= 0n) return [];
    const { by } = rule;
    if ('steps' in by) {
      const given = creditOfFigure(by.steps, figure);
      return given === null ? [] : [{ subject, figure, unit: 'minutes', ...given }];
    }
    const units = unitsIn(figure, by.unitMinutes, by.count);
    return units === 0n ? [] : [{ subject, figure, unit: 'minutes', bound: null, units, share: by.credit }];
  });
}

/** One reason for each uninterrupted outage of the service that is longer than the limit. */
function longOutageReasons(rule: LongOutagesCause, { availability, month }: CauseInput): Reason[] {
  return availability.outages
    .filter(({ countedMs }) => compare(minutes(countedMs), rule.longerThanMinutes) > 0)
    .map(({ from, countedMs }) => ({
      subject: formatInstant(from, month.zone),
      figure: minutes(countedMs),
      unit: 'minutes',
      bound: { is: 'over', value: rule.longerThanMinutes },
      units: 1n,
      share: rule.credit,
    }));
}

/** The result of every cause that the plan defines for the service's class, paid or not, in the order of the plan. */
export function judgeCauses(input: CauseInput): CauseCredit[] {
  const { plan, serviceClass } = input;
  const others = plan.credit.causes.flatMap((rule, index) =>
    rule.classes === null || rule.classes.includes(serviceClass.id)
      ? [judgeCause(rule, `credit.causes[${index}]`, input)]
      : [],
  );
  return [availabilityCredit(input), ...others];
}

function judgeCause(rule: CauseRule, field: string, input: CauseInput): CauseCredit {
  const judged = reasonsOf(rule, input);
  const base = rule.kind === 'late-delivery' ? lateDeliveryBase(rule, input) : input.base;
  const { onlyBelow, atMost } = rule;
  const isBelow = onlyBelow === null || compare(input.availability.availability, onlyBelow) < 0;
  return isBelow || judged.reasons.length === 0
    ? causeCredit(rule.id, field, judged, base, { atMost })
    : causeCredit(rule.id, field, { ...judged, reasons: [] }, base, { notBelow: onlyBelow });
}

function reasonsOf(rule: CauseRule, input: CauseInput): Judged {
  switch (rule.kind) {
    case 'latency':
    case 'loss':
    case 'jitter':
      return qualityReasons(rule, input);
    case 'downtime':
      return { reasons: downtimeReasons(rule, input), notShown: [] };
    case 'failed-days':
      return failedDayReasons(rule, input);
    case 'failed-windows':
      return failedWindowReasons(rule, input);
    case 'long-outages':
      return { reasons: longOutageReasons(rule, input), notShown: [] };
    case 'late-delivery':
      return { reasons: lateDeliveryReasons(rule, input), notShown: [] };
  }
}

/** The causes that are paid: all of them, or only the one that gives most (the first of equals). */
export function combined(causes: readonly CauseCredit[], combine: CreditRules['combine']): CauseCredit[] {
  const paid = causes.filter((cause) => cause.reasons.length > 0);
  if (combine === 'add') return paid;
  const [largest] = paid.toSorted((a, b) => compare(b.share, a.share));
  return largest ? [largest] : [];
}

/**
 * The credit of the deepest step whose upper bound is above the availability (lower bounds are inclusive, contract 2.2
 * (1)).
 */
function availabilityCredit({ serviceClass, availability, base }: CauseInput): CauseCredit {
  const index = serviceClass.steps.findLastIndex(
    (step) => compare(availability.availability, step.below) < 0,
  );
  const step = serviceClass.steps[index];
  const figure = asPercent(availability.availability);
  const given =
    step && creditOfStep(step.credit, step.perUnit, subtract(step.below, availability.availability));
  return causeCredit(
    'availability',
    step ? `classes.${serviceClass.id}.steps[${index}]` : `classes.${serviceClass.id}.steps`,
    {
      notShown: [],
      reasons:
        step && given
          ? [
              {
                subject: 'service',
                figure,
                unit: 'percent',
                bound: { is: 'below', value: asPercent(step.below) },
                ...given,
              },
            ]
          : [],
    },
    base,
  );
}

/**
 * Reasons for days on which an agreed service was not yet delivered, beyond an allowance, in the month of its start.
 */
function lateDeliveryReasons(rule: LateDeliveryCause, { delivery }: CauseInput): Reason[] {
  if (delivery === null) return [];
  const late = daysIn(delivery.agreed, delivery.actual).filter(
    (day) => rule.days === 'calendar' || isWeekday(day),
  ).length;
  const figure = ratio(BigInt(late - rule.allowanceDays));
  if (figure.n <= 0n) return [];
  const subject = `${delivery.agreed} to ${delivery.actual}`;
  const { by } = rule;
  if ('steps' in by) {
    const given = creditOfFigure(by.steps, figure);
    return given === null ? [] : [{ subject, figure, unit: 'days', ...given }];
  }
  const units = unitsIn(figure, ratio(BigInt(by.unitDays)), by.count);
  return units === 0n ? [] : [{ subject, figure, unit: 'days', bound: null, units, share: by.credit }];
}

/** The amount that the share is taken of, minor units; 0 where that is a charge that is not known. */
function lateDeliveryBase(rule: LateDeliveryCause, { base, monthlyRent, delivery }: CauseInput): bigint {
  if (rule.of === 'installation-charge') return delivery?.installationCharge ?? 0n;
  return rule.of === 'full-month' ? monthlyRent : base;
}

/** Monday to Friday. */
const isWeekday = (day: LocalDate): boolean => Temporal.PlainDate.from(day).dayOfWeek <= 5;

/**
 * One reason for each window in which a path of the service failed. Windows that overlap in time, of several paths or
 * sliding ones, count once: the worst of them is taken first, then the worst that overlaps none taken before, so that
 * one event is not paid for twice.
 */
function failedWindowReasons(rule: FailedWindowsCause, input: CauseInput): Judged {
  const { window } = rule;
  const notShown: string[] = [];
  const failed = pathsOf(rule, input)
    .flatMap((path) => {
      const judged = failedWindows(window, path, input);
      if (judged.notShown > 0) notShown.push(`${path.path}, ${judged.notShown} windows`);
      return judged.failed.map((each) => ({ ...each, path: path.path }));
    })
    .sort((a, b) => compare(b.figure, a.figure) || a.from - b.from);
  const reasons = apart(failed).map(({ from, path, figure }): Reason => ({
    subject: `${path} ${formatInstant(from, input.month.zone)}`,
    figure,
    unit: unitOf(window),
    bound: { is: 'over', value: window.over },
    units: 1n,
    share: rule.credit,
  }));
  return { reasons, notShown };
}

type OfPath = FailedWindow & { readonly path: PathId };

/** Takes, in the given order, each window that overlaps none taken before; the result is in time order. */
function apart(failed: readonly OfPath[]): OfPath[] {
  const counted: OfPath[] = [];
  for (const each of failed) {
    if (counted.every(({ from, to }) => to <= each.from || each.to <= from)) counted.push(each);
  }
  return counted.sort((a, b) => a.from - b.from);
}

interface ServiceDay {
  readonly date: LocalDate;
  readonly day: Interval;
}

/** One reason for each local day of the service on which the metric failed; a day without a figure did not fail. */
function failedDayReasons(rule: FailedDaysCause, input: CauseInput): Judged {
  const { metric, measure } = rule;
  const notShown: string[] = [];
  const reasons = daysOf(input).flatMap(({ date, day }): Reason[] => {
    const figure = worstOfDay(rule, input, day, (path) => notShown.push(`${date} ${path}`));
    if (figure === null) return [];
    const difference = compare(figure, rule.threshold);
    if (metric === 'availability' ? difference >= 0 : difference <= 0) return [];
    return [
      {
        subject: date,
        figure,
        unit: metric === 'availability' ? 'percent' : unitOf({ metric, measure }),
        bound: { is: metric === 'availability' ? 'below' : 'over', value: rule.threshold },
        units: 1n,
        share: rule.credit,
      },
    ];
  });
  return { reasons, notShown };
}

/** The days on which the service was in force, without the days of a pause. */
function daysOf({ period, month }: CauseInput): ServiceDay[] {
  const days: ServiceDay[] = [];
  for (let date = period.firstDay; date < period.endDay; date = addDays(date, 1)) {
    const day = { from: startOfDay(date, month.zone), to: startOfDay(addDays(date, 1), month.zone) };
    if (clip(period.spans, day).length > 0) days.push({ date, day });
  }
  return days;
}

/** The day's availability in percent, or the figure of its worst path. */
function worstOfDay(
  rule: FailedDaysCause,
  input: CauseInput,
  day: Interval,
  noteNotShown: (path: string) => void,
): Rational | null {
  const { metric, measure } = rule;
  if (metric === 'availability') return availabilityOfDay(input, day);
  const figures = pathsOf(rule, input).map((path) => {
    const figures = dayFigures(metric, path, day, input);
    if (figures === null && clip(input.ownTime(path.path), day).length > 0) noteNotShown(path.path);
    return figures && measured({ metric, measure }, figures, path.targets);
  });
  return figures.reduce(
    (worst, figure) => (worst === null || (figure !== null && compare(figure, worst) > 0) ? figure : worst),
    null,
  );
}

/**
 * The availability of a day. Time removed from the period is removed from the day too; null when nothing of the day is
 * left.
 */
function availabilityOfDay({ availability, period, ruleSet }: CauseInput, day: Interval): Rational | null {
  const downMs = totalMs(clip(availability.unavailable, day));
  const wholeMs =
    ruleSet === 1
      ? day.to - day.from
      : totalMs(clip(period.spans, day)) - totalMs(clip(availability.removed, day));
  return wholeMs === 0 ? null : asPercent(ratio(BigInt(wholeMs - downMs), BigInt(wholeMs)));
}

/**
 * Reasons for the latency, loss or jitter of the service's paths on its own days. A path without a figure gives none.
 */
function qualityReasons(rule: QualityCause, input: CauseInput): Judged {
  const notShown: string[] = [];
  const reasons = pathsOf(rule, input).flatMap((path) => {
    const asked = { metric: rule.kind, measure: rule.measure };
    const figures = ownFigures(rule.kind, path, input);
    if (figures === null) {
      notShown.push(path.path);
      return [];
    }
    const figure = measured(asked, figures, path.targets);
    if (figure === null) return [];
    const rounded = rule.decimals === null ? figure : roundTo(figure, rule.decimals);
    const given = creditOfFigure(rule.steps, rounded);
    return given === null ? [] : [{ subject: path.path, figure: rounded, unit: unitOf(asked), ...given }];
  });
  if (rule.paths === 'each') return { reasons, notShown };
  const [worst] = reasons.toSorted(
    (a, b) => compare(sizeOfCredit(b), sizeOfCredit(a)) || compare(b.figure, a.figure),
  );
  return { reasons: worst ? [worst] : [], notShown };
}

/** The paths of the service that a cause applies to. */
function pathsOf(
  { trafficClasses }: { readonly trafficClasses: readonly string[] | null },
  { paths }: Pick<CauseInput, 'paths'>,
): readonly PathMonth[] {
  if (trafficClasses === null) return paths;
  return paths.filter(({ trafficClass }) => trafficClass !== null && trafficClasses.includes(trafficClass));
}

/** The figures of a path that a credit is based on; null when the coverage is too small. */
type OwnFigures = MeanFigures | null;

/** The metric of a path over the days on which it was part of the service (first rule set: over the whole month). */
function ownFigures(metric: QualityMetric, path: PathMonth, input: CauseInput): OwnFigures {
  if (input.ruleSet === 1) return path[metric];
  return coveredFigures(metric, path, input.month, input);
}

/** The metric of a path over one day of the service. */
function dayFigures(metric: QualityMetric, path: PathMonth, day: Interval, input: CauseInput): OwnFigures {
  if (input.ruleSet === 1) return input.figuresOf(path.path, path[metric].leftOut, day);
  return coveredFigures(metric, path, day, input);
}
