import { compare } from '../number/rational.js';
import type { FailedWindowsCause } from '../plan/plan.js';
import { unitOf } from '../quality/figure.js';
import { failedWindows, type FailedWindow } from '../quality/failed-windows.js';
import type { PathId } from '../types.js';
import { formatInstant } from '../time/zone.js';
import type { CauseInput, Judged, Reason } from './cause.js';
import { pathsOf } from './quality.js';

/**
 * Once for each window in which a path of the service failed. Windows that share time, of several paths or sliding ones,
 * count once: the worst of them, then the worst that shares no time with it, so that one event is not paid for twice.
 */
export function failedWindowReasons(rule: FailedWindowsCause, input: CauseInput): Judged {
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

/** The first ones that share no time, in the order of time. */
function apart(failed: readonly OfPath[]): OfPath[] {
  const counted: OfPath[] = [];
  for (const each of failed) {
    if (counted.every(({ from, to }) => to <= each.from || each.to <= from)) counted.push(each);
  }
  return counted.sort((a, b) => a.from - b.from);
}
