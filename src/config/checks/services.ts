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

/** One database, and what belongs to it. */
export function checkStore({ store }: Draft): Fault[] {
  const { path, url, passwordFile } = store ?? {};
  if (url !== undefined && path !== undefined) {
    const what = 'is a second database beside store.url';
    return [{ at: ['store', 'path'], onKey: true, what, allowed: 'one of store.path and store.url' }];
  }
  if (passwordFile !== undefined && url === undefined) {
    const what = 'means nothing to a file of SQLite';
    return [{ at: ['store', 'passwordFile'], onKey: true, what, allowed: 'with store.url only' }];
  }
  return [];
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
