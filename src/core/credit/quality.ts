import { compare, roundTo } from '../number.js';
import type { QualityCause } from '../plan.js';
import { measured, type PathMonth, unitOf } from '../quality.js';
import type { CauseInput, Judged } from './cause.js';
import { ownFigures } from './own-figures.js';
import { creditOfFigure, sizeOfCredit } from './units.js';

/**
 * Reasons for the latency, loss or jitter of the service's paths on its own days. A path without a figure gives none.
 */
export function qualityReasons(rule: QualityCause, input: CauseInput): Judged {
  const notShown: string[] = [];
  const reasons = pathsOf(rule, input).flatMap((path) => {
    const asked = { metric: rule.kind, measure: rule.measure };
    const own = ownFigures(rule.kind, path, input);
    if (own === null) {
      notShown.push(path.path);
      return [];
    }
    const figure = measured(asked, own, path.targets);
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
export function pathsOf(
  { trafficClasses }: { readonly trafficClasses: readonly string[] | null },
  { paths }: Pick<CauseInput, 'paths'>,
): readonly PathMonth[] {
  if (trafficClasses === null) return paths;
  return paths.filter(({ trafficClass }) => trafficClass !== null && trafficClasses.includes(trafficClass));
}
