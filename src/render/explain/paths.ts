import { asPercent, formatHalfUp, formatShort } from '../../core/number/decimal.js';
import { multiply, ratio } from '../../core/number/rational.js';
import type { MonthCase } from '../../core/statement/case.js';
import { coverage } from '../../core/statement/result.js';
import type { PathMonth } from '../../core/quality/path-month.js';
import { subtract } from '../../core/time/intervals.js';
import { grouped, indented, source, span } from './text.js';

/** From the rounds of a path to its bands. */
export function explainPath(path: PathMonth, { plan, month }: MonthCase): string[] {
  const { latency, loss, excess, commitmentUs } = path;
  const whole = coverage(latency);
  const lines = [
    `Rounds: ${grouped(latency.held)} held of ${grouped(latency.due)} due = ${whole === null ? 'no coverage' : `${whole} %, rounded down`} ${source(plan, 'measurement.everyMinutes')}`,
    ...path.notDue.map((each) => `not due: slots in ${span(each, month.zone)}`),
    ...subtract(latency.leftOut, path.notDue).map(
      (each) => `left out: slots in ${span(each, month.zone)} ${source(plan, 'latency.leavesOut')}`,
    ),
    latency.latencyUs === null
      ? 'Latency: no packet came back'
      : `Latency: sum of the means of ${grouped(latency.answered)} rounds ${formatHalfUp(multiply(latency.latencyUs, ratio(BigInt(latency.answered))), 3)} / ${latency.answered} = ${formatHalfUp(latency.latencyUs, 3)} µs ${source(plan, 'measurement.sizes')}`,
  ];
  if (commitmentUs === null) lines.push('Commitment: none, so no latency band');
  else if (excess !== null && latency.latencyUs !== null) {
    const [measured, committed] = [formatHalfUp(latency.latencyUs, 3), formatShort(commitmentUs, 3)];
    const { excessDecimals } = plan.latency;
    lines.push(
      `Excess: (${measured} - ${committed}) / ${committed} × 100 = ${formatHalfUp(excess, 6)} %, rounded half-up to ${formatHalfUp(excess, excessDecimals)} %: ${path.latencyBand?.id ?? 'no band'} ${source(plan, 'latency.bands')}`,
    );
  }
  lines.push(
    loss.loss === null
      ? 'Loss: no round is held'
      : `Loss: sum of the losses of ${grouped(loss.held)} rounds ${formatHalfUp(multiply(asPercent(loss.loss), ratio(BigInt(loss.held))), 6)} % / ${loss.held} = ${formatHalfUp(asPercent(loss.loss), 6)} %: ${path.lossBand?.id ?? 'no band'} ${source(plan, 'loss.bands')}`,
  );
  return [`Path ${path.path}`, ...indented(lines), ''];
}
