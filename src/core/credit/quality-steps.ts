import type { MeanFigures } from '../measurement/figures.js';
import { asPercent, roundTo } from '../number/decimal.js';
import { compare, multiply, ratio, type Rational } from '../number/rational.js';
import type { CauseRule } from '../plan/plan.js';
import type { PathMonth } from '../quality/path-month.js';
import { excessPercent } from '../quality/band.js';
import type { CauseInput, Judged, Reason } from './cause.js';
import { ownFigures } from './own-figures.js';

export type QualityRule = Extract<CauseRule, { kind: 'latency' | 'loss' }>;

/** Steps on the latency or loss of the service's paths on its own days. A path without a figure gives nothing. */
export function qualityReasons(rule: QualityRule, input: CauseInput): Judged {
  const notShown: string[] = [];
  const reasons = input.paths.flatMap((path) => {
    const own = ownFigures(rule.kind, path, input);
    if (own === null) {
      notShown.push(path.path);
      return [];
    }
    const figure = figureOf(rule, own, path, input);
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
  if (rule.paths === 'each') return { reasons, notShown };
  const [worst] = reasons.toSorted((a, b) => compare(b.share.of, a.share.of) || compare(b.figure, a.figure));
  return { reasons: worst ? [worst] : [], notShown };
}

function figureOf(
  rule: QualityRule,
  { latencyUs, loss }: MeanFigures,
  { commitmentUs }: PathMonth,
  { plan }: CauseInput,
): Rational | null {
  if (rule.kind === 'latency') {
    if (rule.measure === 'absolute') return latencyUs && multiply(latencyUs, ratio(1n, 1000n));
    return latencyUs && commitmentUs && excessPercent(latencyUs, commitmentUs);
  }
  if (loss === null) return null;
  return rule.measure === 'absolute' ? asPercent(loss) : excessPercent(loss, plan.loss.commitment);
}

function unitOf(rule: QualityRule): Reason['unit'] {
  if (rule.measure === 'excess-percent') return 'excess-percent';
  return rule.kind === 'latency' ? 'ms' : 'percent';
}
