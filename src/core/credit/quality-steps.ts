import { asPercent, roundTo } from '../number/decimal.js';
import { compare, multiply, ratio, type Rational } from '../number/rational.js';
import type { CauseRule } from '../plan/plan.js';
import type { PathMonth } from '../quality/path-month.js';
import { excessPercent } from '../quality/band.js';
import type { CauseInput, Reason } from './cause.js';

export type QualityRule = Extract<CauseRule, { kind: 'latency' | 'loss' }>;

/** Steps on the month's latency or loss of the service's paths. A path without a figure gives nothing. */
export function qualityReasons(rule: QualityRule, input: CauseInput): Reason[] {
  const reasons = input.paths.flatMap((path) => {
    const figure = figureOf(rule, path, input);
    if (figure === null) return [];
    const rounded = rule.decimals === null ? figure : roundTo(figure, rule.decimals);
    const step = rule.steps.findLast(({ over, inclusive }) => {
      const difference = compare(rounded, over);
      return difference > 0 || (inclusive && difference === 0);
    });
    if (!step) return [];
    return [
      {
        subject: path.path,
        figure: rounded,
        unit: unitOf(rule),
        bound: { is: step.inclusive ? 'from' : 'over', value: step.over } as const,
        units: 1n,
        share: step.credit,
      },
    ];
  });
  if (rule.paths === 'each') return reasons;
  const [worst] = reasons.toSorted((a, b) => compare(b.share.of, a.share.of) || compare(b.figure, a.figure));
  return worst ? [worst] : [];
}

function figureOf(rule: QualityRule, path: PathMonth, { plan }: CauseInput): Rational | null {
  if (rule.kind === 'latency') {
    if (rule.measure === 'excess-percent') return path.excess;
    return path.latency.latencyUs && multiply(path.latency.latencyUs, ratio(1n, 1000n));
  }
  if (path.loss.loss === null) return null;
  return rule.measure === 'absolute'
    ? asPercent(path.loss.loss)
    : excessPercent(path.loss.loss, plan.loss.commitment);
}

function unitOf(rule: QualityRule): Reason['unit'] {
  if (rule.measure === 'excess-percent') return 'excess-percent';
  return rule.kind === 'latency' ? 'ms' : 'percent';
}
