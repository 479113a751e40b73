import { asPercent, type Rational, zero } from '../../core/number.js';
import type { CauseRule, FigureStep, Measure, QualityMetric, QualityWindow } from '../../core/plan.js';
import {
  atMostOf,
  decimalValue,
  orNull,
  perUnitOf,
  shareOf,
  showAtMost,
  showPerUnit,
  showShare,
  type Shown,
} from './codec-parts.js';
import type { RawCause } from './causes.js';
import type { RawVersion } from './schema.js';

type Raw<K extends RawCause['kind']> = Extract<RawCause, { readonly kind: K }>;
type Rule<K extends CauseRule['kind']> = Extract<CauseRule, { readonly kind: K }>;

/** Which keys go together was checked by kind; what is put in for a missing one never decides. */
export function readCause(raw: RawCause): CauseRule {
  const base = {
    id: raw.id,
    name: raw.name,
    classes: raw.classes,
    onlyBelow: raw.onlyBelowPercent,
    atMost: atMostOf(raw),
  };
  switch (raw.kind) {
    case 'latency':
    case 'loss':
    case 'jitter':
      return {
        ...base,
        kind: raw.kind,
        measure: raw.measure,
        decimals: raw.decimals,
        paths: raw.paths,
        trafficClasses: raw.trafficClasses,
        steps: raw.steps.map(readStep),
      };
    case 'downtime':
      return {
        ...base,
        kind: 'downtime',
        over: raw.over,
        allowanceMinutes: raw.allowanceMinutes,
        by: raw.steps
          ? { steps: raw.steps.map(readStep) }
          : { unitMinutes: raw.unitMinutes ?? zero, count: raw.count ?? 'full', credit: shareOf(raw) },
      };
    case 'failed-days':
      return {
        ...base,
        kind: 'failed-days',
        metric: raw.metric,
        trafficClasses: raw.trafficClasses,
        credit: shareOf(raw),
        ...(raw.metric === 'availability'
          ? { measure: 'absolute', threshold: asPercent(raw.belowPercent ?? zero) }
          : readBound(raw.metric, raw)),
      };
    case 'failed-windows':
      return {
        ...base,
        kind: 'failed-windows',
        window: readWindow(raw),
        trafficClasses: raw.trafficClasses,
        credit: shareOf(raw),
      };
    case 'long-outages':
      return {
        ...base,
        kind: 'long-outages',
        longerThanMinutes: raw.longerThanMinutes,
        credit: shareOf(raw),
      };
    case 'late-delivery':
      return {
        ...base,
        kind: 'late-delivery',
        days: raw.days,
        allowanceDays: raw.allowanceDays,
        of: raw.of,
        by: raw.steps
          ? { steps: raw.steps.map(readStep) }
          : { unitDays: raw.unitDays ?? 1, count: raw.count ?? 'full', credit: shareOf(raw) },
      };
  }
}

export function showCause(rule: CauseRule): Shown<RawCause> {
  const base = {
    id: rule.id,
    name: rule.name,
    classes: rule.classes,
    onlyBelowPercent: orNull(rule.onlyBelow, (share) => decimalValue(asPercent(share))),
    ...showAtMost(rule.atMost),
  };
  switch (rule.kind) {
    case 'latency':
    case 'loss':
    case 'jitter':
      return {
        ...base,
        kind: rule.kind,
        measure: rule.measure,
        decimals: rule.decimals,
        paths: rule.paths,
        trafficClasses: rule.trafficClasses,
        steps: rule.steps.map(showStep),
      } satisfies Shown<Raw<'latency'>>;
    case 'downtime':
      return { ...base, ...showDowntime(rule) } satisfies Shown<Raw<'downtime'>>;
    case 'failed-days':
      return {
        ...base,
        kind: rule.kind,
        metric: rule.metric,
        belowPercent: rule.metric === 'availability' ? decimalValue(rule.threshold) : undefined,
        ...showBound(rule.metric === 'availability' ? null : rule.measure, rule.threshold, rule.metric),
        trafficClasses: rule.trafficClasses,
        ...showShare(rule.credit),
      } satisfies Shown<Raw<'failed-days'>>;
    case 'failed-windows':
      return {
        ...base,
        kind: rule.kind,
        ...showWindow(rule.window),
        trafficClasses: rule.trafficClasses,
        ...showShare(rule.credit),
      } satisfies Shown<Raw<'failed-windows'>>;
    case 'long-outages':
      return {
        ...base,
        kind: rule.kind,
        longerThanMinutes: decimalValue(rule.longerThanMinutes),
        ...showShare(rule.credit),
      } satisfies Shown<Raw<'long-outages'>>;
    case 'late-delivery':
      return { ...base, ...showLateDelivery(rule) } satisfies Shown<Raw<'late-delivery'>>;
  }
}

function showDowntime({ kind, over, allowanceMinutes, by }: Rule<'downtime'>) {
  const units = 'steps' in by ? null : by;
  return {
    kind,
    over,
    allowanceMinutes: decimalValue(allowanceMinutes),
    unitMinutes: units ? decimalValue(units.unitMinutes) : undefined,
    count: units?.count,
    ...(units ? showShare(units.credit) : { percent: undefined, fraction: undefined }),
    steps: 'steps' in by ? by.steps.map(showStep) : undefined,
  };
}

function showLateDelivery({ kind, days, allowanceDays, of, by }: Rule<'late-delivery'>) {
  const units = 'steps' in by ? null : by;
  return {
    kind,
    days,
    allowanceDays,
    of,
    unitDays: units?.unitDays,
    count: units?.count,
    ...(units ? showShare(units.credit) : { percent: undefined, fraction: undefined }),
    steps: 'steps' in by ? by.steps.map(showStep) : undefined,
  };
}

type RawStep = Raw<'latency'>['steps'][number];

const readStep = (step: RawStep): FigureStep => ({
  over: step.over ?? step.from ?? zero,
  inclusive: step.from !== undefined,
  credit: shareOf(step),
  perUnit: perUnitOf(step),
});

const showStep = ({ over, inclusive, credit, perUnit }: FigureStep): Shown<RawStep> => ({
  over: inclusive ? undefined : decimalValue(over),
  from: inclusive ? decimalValue(over) : undefined,
  ...showShare(credit),
  ...showPerUnit(perUnit),
});

interface RawBound {
  readonly overPercent?: Rational | undefined;
  readonly overMs?: Rational | undefined;
  readonly overCommitmentMs?: Rational | undefined;
}

function readBound(metric: QualityMetric, raw: RawBound): { measure: Measure; threshold: Rational } {
  if (raw.overMs !== undefined) return { measure: 'absolute', threshold: raw.overMs };
  if (raw.overCommitmentMs !== undefined) return { measure: 'excess', threshold: raw.overCommitmentMs };
  const threshold = raw.overPercent ?? zero;
  return { measure: metric === 'loss' ? 'absolute' : 'excess-percent', threshold };
}

function showBound(measure: Measure | null, threshold: Rational, metric: string) {
  const isPercent = measure === 'excess-percent' || (measure !== null && metric === 'loss');
  return {
    overPercent: isPercent ? decimalValue(threshold) : undefined,
    overMs: !isPercent && measure === 'absolute' ? decimalValue(threshold) : undefined,
    overCommitmentMs: measure === 'excess' ? decimalValue(threshold) : undefined,
  };
}

type RawWindow = RawVersion['availability']['degradedIsDown'][number];

export function readWindow(raw: RawWindow): QualityWindow {
  const { measure, threshold } = readBound(raw.metric, raw);
  return {
    metric: raw.metric,
    measure,
    over: threshold,
    windowMinutes: raw.windowMinutes,
    windows: raw.windows,
  };
}

export const showWindow = (window: QualityWindow): Shown<RawWindow> => ({
  metric: window.metric,
  ...showBound(window.measure, window.over, window.metric),
  windowMinutes: window.windowMinutes,
  windows: window.windows,
});
