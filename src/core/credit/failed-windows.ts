import type { FailedWindowsCause } from '../plan/plan.js';
import { unitOf } from '../quality/figure.js';
import { failedWindows, type FailedWindow } from '../quality/failed-windows.js';
import type { PathId } from '../types.js';
import { formatInstant } from '../time/zone.js';
import type { CauseInput, Judged, Reason } from './cause.js';
import { pathsOf } from './quality.js';

/**
 * Once for each window in which a path of the service failed. A window in which several failed counts once, and so do
 * sliding windows that share time: the earliest one, then the earliest that begins after its end.
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
    .sort((a, b) => a.from - b.from);
  const reasons = apart(failed).map(
    ({ from, path, figure }): Reason => ({
      subject: `${path} ${formatInstant(from, input.month.zone)}`,
      figure,
      unit: unitOf(window),
      bound: { is: 'over', value: window.over },
      units: 1n,
      share: rule.credit,
    }),
  );
  return { reasons, notShown };
}

type OfPath = FailedWindow & { readonly path: PathId };

/** The earliest windows that share no time. */
function apart(failed: readonly OfPath[]): OfPath[] {
  const counted: OfPath[] = [];
  for (const each of failed) {
    if (each.from >= (counted.at(-1)?.to ?? -Infinity)) counted.push(each);
  }
  return counted;
}
