import { isPopId, popIdRule } from '../../core/path/path.js';
import type { Line, LineInterval } from '../../core/statement/case.js';
import { checkList, checkObject, checkText } from './check.js';
import { found, quoted, type Faults, type Node } from './fault.js';
import { lineIntervalKeys, lineKeys, outageKeys } from './keys.js';
import type { Known } from './known.js';
import { checkInstant, checkOrder } from './values.js';

export function checkLines(list: Node, faults: Faults): Line[] {
  const lines: Line[] = [];
  const seen = new Set<string>();
  for (const node of checkList(list, faults)) {
    const at = checkObject(node, lineKeys, faults);
    if (!at) continue;
    const id = checkText(at('id'), faults);
    const pop = checkText(at('pop'), faults);
    if (pop !== null && !isPopId(pop)) faults.add(at('pop'), `must be ${popIdRule}, found ${found(pop)}`);
    if (id === null) continue;
    if (seen.has(id)) faults.add(at('id'), `is given twice: a line ${quoted(id)} stands above`);
    seen.add(id);
    if (pop !== null) lines.push({ id, pop });
  }
  return lines;
}

/** A reference to a line of the case. */
export function checkLineId(node: Node, known: Known, faults: Faults): string | null {
  const id = checkText(node, faults);
  if (id === null || known.has(id)) return id;
  faults.add(node, `is an unknown line ${found(id)}: it must stand in "lines"`);
  return null;
}

/** Outages, which may be open, and unobserved intervals, which may not. */
export function checkLineIntervals(
  list: Node,
  known: Known,
  mayBeOpen: boolean,
  faults: Faults,
): LineInterval[] {
  return checkList(list, faults).flatMap((node) => {
    const at = checkObject(node, mayBeOpen ? outageKeys : lineIntervalKeys, faults);
    if (!at) return [];
    const line = checkLineId(at('line'), known, faults);
    const from = checkInstant(at('from'), faults);
    const open = mayBeOpen && at('to').value === null;
    const to = open ? Infinity : checkInstant(at('to'), faults);
    checkOrder(node, from, to, faults);
    const reportedAt = at('reportedAt').value === null ? null : checkInstant(at('reportedAt'), faults);
    if (reportedAt !== null && to !== null && reportedAt >= to) {
      faults.add(at('reportedAt'), 'is not before "to": the outage was over by then');
    }
    if (line === null || from === null || to === null) return [];
    return [{ line, from, to, ...(reportedAt !== null && { reportedAt }) }];
  });
}
