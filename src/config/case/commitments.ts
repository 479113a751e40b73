import { parseDecimal } from '../../core/number/decimal.js';
import { multiply, ratio, zero, type Rational } from '../../core/number/rational.js';
import type { Commitment } from '../../core/statement/case.js';
import type { PathId } from '../../core/types.js';
import { dscpRule, readDscp } from '../scalars/dscp.js';
import { checkList, checkObject, checkParsed } from './check.js';
import { found, type Faults, type Node } from './fault.js';
import { commitmentKeys, pathKeys } from './keys.js';
import { checkPath } from './values.js';

const rule = 'must be milliseconds above 0 in quotes, with at most three decimals, as "35.000"';

export function checkCommitments(list: Node, faults: Faults): Commitment[] {
  const seen = new Set<string>();
  return checkList(list, faults).flatMap((node) => {
    const at = checkObject(node, commitmentKeys, faults);
    if (!at) return [];
    const path = checkPath(at('path'), faults);
    const latency = checkParsed<{ us: Rational }>(at('latencyMs'), parseLatency, faults);
    if (path !== null && seen.has(path)) {
      faults.add(at('path'), `is committed twice: ${found(path)} stands above`);
    }
    if (path !== null) seen.add(path);
    return path === null || latency === null ? [] : [{ path, latencyUs: latency.us }];
  });
}

/** The code points of paths, for plans with targets by class of traffic. */
export function checkPathClasses(list: Node, faults: Faults): ReadonlyMap<PathId, number> {
  const seen = new Map<PathId, number>();
  for (const node of checkList(list, faults)) {
    const at = checkObject(node, pathKeys, faults);
    const path = at && checkPath(at('path'), faults);
    const read = at && readDscp(at('dscp').value);
    if (at && at('dscp').value !== undefined && typeof read !== 'number') {
      faults.add(at('dscp'), `must be ${dscpRule}, found ${found(at('dscp').value)}`);
    }
    if (path === null || typeof read !== 'number') continue;
    if (seen.has(path)) faults.add(node, `is given twice: ${found(path)} stands above`);
    seen.set(path, read);
  }
  return seen;
}

function parseLatency(text: string) {
  const decimal = parseDecimal(text);
  if (!decimal) return { fault: rule };
  if (decimal.value.n <= zero.n) return { fault: `is not above 0: ${rule}` };
  if (decimal.places > 3) return { fault: `has more than three decimals: ${rule}` };
  return { us: multiply(decimal.value, ratio(1000n)) };
}
