import { asPercent, formatHalfUp, formatShort } from '../../core/number/decimal.js';
import { multiply, ratio, type Rational } from '../../core/number/rational.js';
import type { MonthCase } from '../../core/statement/case.js';
import { coverage, wholeUs } from '../../core/statement/result.js';
import type { PathMonth } from '../../core/quality/path-month.js';
import { clip, subtract } from '../../core/time/intervals.js';
import { grouped, indented, source, span } from './text.js';

/** From the rounds of a path to its bands. */
export function explainPath(path: PathMonth, { plan, month }: MonthCase): string[] {
  const { latency, loss, excess, commitmentUs } = path;
  const whole = coverage(latency);
  // Exclusions may begin before the month and end after it, and one that recurs has dates in other months.
  const ofTheMonth = (left: typeof latency.leftOut) => clip(subtract(left, path.notDue), month);
  const lines = [
    `Rounds: ${grouped(latency.held)} held of ${grouped(latency.due)} due = ${whole === null ? 'no coverage' : `${whole} %, rounded down`} ${source(plan, 'measurement.everyMinutes')}`,
    ...path.notDue.map((each) => `not due: slots in ${span(each, month.zone)}`),
    ...ofTheMonth(latency.leftOut).map(
      (each) => `left out: slots in ${span(each, month.zone)} ${source(plan, 'latency.leavesOut')}`,
    ),
    ...subtract(ofTheMonth(loss.leftOut), latency.leftOut).map(
      (each) => `left out of loss: slots in ${span(each, month.zone)} ${source(plan, 'loss.leavesOut')}`,
    ),
    latency.latencyUs === null
      ? 'Latency: no packet came back'
      : `Latency: sum of the means of ${rounds(latency.answered)} ${sumOf(latency.latencyUs, latency.answered, 3)} / ${latency.answered} = ${formatHalfUp(latency.latencyUs, 3)} µs, shown as ${wholeUs(latency.latencyUs) ?? 0} µs ${source(plan, 'measurement.sizes')}`,
  ];
  if (commitmentUs === null) lines.push('Commitment: none, so no latency band');
  else if (excess !== null && latency.latencyUs !== null) {
    const [measured, committed] = [formatHalfUp(latency.latencyUs, 3), formatShort(commitmentUs, 3)];
    const { excessDecimals } = plan.latency;
    lines.push(
      `Excess: (${measured} - ${committed}) / ${committed} × 100 = ${formatHalfUp(excess, 4)} %; the band goes by it rounded half-up to ${formatHalfUp(excess, excessDecimals)} %: ${path.latencyBand?.id ?? 'no band'} ${source(plan, 'latency.bands')}`,
    );
  }
  lines.push(
    loss.loss === null
      ? 'Loss: no round is held'
      : `Loss: sum of the losses of ${rounds(loss.held)} ${sumOf(asPercent(loss.loss), loss.held, 4)} % / ${loss.held} = ${formatHalfUp(asPercent(loss.loss), 4)} %; the band goes by the exact ratio: ${path.lossBand?.id ?? 'no band'} ${source(plan, 'loss.bands')}`,
  );
  return [`Path ${path.path}`, ...indented(lines), ''];
}

const rounds = (count: number): string => `${grouped(count)} ${count === 1 ? 'round' : 'rounds'}`;

const sumOf = (mean: Rational, count: number, places: number): string =>
  formatHalfUp(multiply(mean, ratio(BigInt(count))), places);
