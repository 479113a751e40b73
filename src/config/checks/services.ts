import type { Fault } from '../problem.js';
import { formatMonths } from '../scalars/months.js';
import type { Draft } from './draft.js';
import { checkOrder } from './paths.js';

/** Only the simulated driver follows a script. */
export function checkDriver({ driver }: Draft): Fault[] {
  const faults: Fault[] = [];
  if (driver?.kind !== undefined && driver.kind !== 'simulated') {
    for (const key of ['seed', 'rules'] as const) {
      if (driver[key] === undefined) continue;
      const what = `means nothing to the driver ${driver.kind}`;
      faults.push({ at: ['driver', key], onKey: true, what, allowed: 'with the driver simulated only' });
    }
  }
  for (const [index, rule] of (driver?.rules ?? []).entries()) {
    faults.push(...checkOrder(rule?.from, rule?.to, ['driver', 'rules', index]));
  }
  return faults;
}

/** A round's row is kept as long as its packets, or longer. */
export function checkRetention({ store }: Draft): Fault[] {
  const { keepPackets, keepRows } = store ?? {};
  if (keepPackets === undefined || keepRows === undefined || keepRows >= keepPackets) return [];
  const what = `is shorter than keepPackets, ${formatMonths(keepPackets)}`;
  return [
    {
      at: ['store', 'keepRows'],
      what,
      shown: formatMonths(keepRows),
      allowed: `at least ${formatMonths(keepPackets)}`,
    },
  ];
}
