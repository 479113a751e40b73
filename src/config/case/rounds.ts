import type { CountedRound, CountedSize } from '../../core/measurement/figures.js';
import { roundStatuses, shortSizes } from '../../core/measurement/round.js';
import type { EpochMs, PathId } from '../../core/types.js';
import { checkCount, checkList, checkObject, checkOneOf, isCount, roundKeys, sizeKeys } from './check.js';
import { childNode, found, type Faults, type Node } from './json.js';
import { checkInstant, checkPath, type Rules } from './values.js';

export function checkRounds(list: Node, rules: Rules | null, faults: Faults): CountedRound[] {
  const slots = new Map<PathId, Set<EpochMs>>();
  const rounds: CountedRound[] = [];
  for (const node of checkList(list, faults)) {
    const at = checkObject(node, roundKeys, faults);
    if (!at) continue;
    const path = checkPath(at('path'), faults);
    const slot = checkSlot(at('slot'), rules, faults);
    const status = at('status').value === undefined ? 'ok' : checkOneOf(at('status'), roundStatuses, faults);
    // A round that is not held may have come to no figures at all.
    if (at('sizes').value === undefined && (status === null || status === 'ok')) {
      faults.add(at('sizes'), 'is missing');
    }
    const sizes = checkSizes(at('sizes'), rules, faults);
    if (path === null || slot === null) continue;
    const taken = slots.get(path) ?? new Set();
    if (taken.has(slot)) faults.add(at('slot'), `is given twice for ${path}: ${found(at('slot').value)}`);
    taken.add(slot);
    slots.set(path, taken);
    if (status !== null) rounds.push({ path, slot, status: heldOrPartial(status, sizes, rules), sizes });
  }
  return rounds;
}

/** A round that was measured in order is held only when every size of the plan counts. */
function heldOrPartial(
  status: CountedRound['status'],
  sizes: readonly CountedSize[],
  rules: Rules | null,
): CountedRound['status'] {
  if (status !== 'ok' || rules === null) return status;
  const { minimumSent, sizes: asked } = rules.plan.measurement;
  const sent = asked.map((bytes) => ({ bytes, sent: sizes.find((size) => size.bytes === bytes)?.sent ?? 0 }));
  return shortSizes(sent, minimumSent).length === 0 ? status : 'partial';
}

function checkSlot(node: Node, rules: Rules | null, faults: Faults): EpochMs | null {
  const slot = checkInstant(node, faults);
  if (slot === null || rules === null) return slot;
  const { plan, month } = rules;
  const { everyMinutes } = plan.measurement;
  if (slot % (everyMinutes * 60_000) !== 0) {
    faults.add(
      node,
      `is off the schedule: slots are every ${everyMinutes} minutes on the UTC clock, found ${found(node.value)}`,
    );
    return null;
  }
  if (slot < month.from || slot >= month.to) {
    faults.add(node, `is outside ${month.name} in ${month.zone}, found ${found(node.value)}`);
    return null;
  }
  return slot;
}

function checkSizes(list: Node, rules: Rules | null, faults: Faults): CountedSize[] {
  const sizes: CountedSize[] = [];
  const seen = new Set<number>();
  const allowed = rules?.plan.measurement.sizes;
  const limitUs = rules && rules.plan.measurement.lostAfterMs * 1000;
  for (const node of checkList(list, faults)) {
    const at = checkObject(node, sizeKeys, faults);
    if (!at) continue;
    const bytes = checkCount(at('bytes'), faults);
    if (bytes !== null && allowed?.includes(bytes) === false) {
      faults.add(at('bytes'), `is no size of the plan: must be one of ${allowed.join(', ')}, found ${bytes}`);
    } else if (bytes !== null && seen.has(bytes)) {
      faults.add(at('bytes'), `is given twice in the round: ${bytes}`);
    }
    if (bytes !== null) seen.add(bytes);
    const counts =
      at('rttUs').value === undefined ? checkSums(at, limitUs, faults) : checkRtts(at, limitUs, faults);
    const packets = rules?.plan.measurement.packets ?? Infinity;
    if (counts !== null && counts.sent > packets) {
      const given = at('sent').value === undefined ? 'rttUs' : 'sent';
      faults.note(at(given), `is ${counts.sent} packets: the plan sends ${packets} of each size`);
    }
    if (bytes !== null && counts !== null) sizes.push({ bytes, ...counts });
  }
  return sizes;
}

type Counts = Omit<CountedSize, 'bytes'>;

function checkSums(at: (key: string) => Node, limitUs: number | null, faults: Faults): Counts | null {
  const [sent, received, rttSumUs] = (['sent', 'received', 'rttSumUs'] as const).map((key) => {
    if (at(key).value === undefined)
      faults.add(at(key), 'is missing: a size gives sent, received and rttSumUs, or rttUs');
    return checkCount(at(key), faults);
  });
  if (sent == null || received == null || rttSumUs == null) return null;
  if (received > sent) {
    faults.add(at('received'), `is over "sent": must be at most ${sent}, found ${received}`);
    return null;
  }
  // A reply after the limit is lost, so no received packet took longer.
  if (limitUs !== null && BigInt(rttSumUs) > BigInt(received) * BigInt(limitUs)) {
    faults.add(
      at('rttSumUs'),
      `is too much for ${received} received packets: each took at most ${limitUs / 1000} ms, found ${rttSumUs}`,
    );
    return null;
  }
  const rttMinUs = at('rttMinUs').value === undefined ? undefined : checkCount(at('rttMinUs'), faults);
  if (rttMinUs === undefined || rttMinUs === null) return { sent, received, rttSumUs };
  if (received === 0 || rttMinUs * received > rttSumUs) {
    faults.add(
      at('rttMinUs'),
      received === 0
        ? 'is the least time of no packet: none was received'
        : `is over the mean: must be at most ${Math.floor(rttSumUs / received)}, found ${rttMinUs}`,
    );
    return null;
  }
  return { sent, received, rttSumUs, rttMinUs };
}

/** One entry per packet sent; null is lost, and so is one over the limit (a late reply). */
function checkRtts(at: (key: string) => Node, limitUs: number | null, faults: Faults): Counts | null {
  for (const key of ['received', 'rttSumUs', 'rttMinUs']) {
    if (at(key).value !== undefined)
      faults.add(at(key), 'does not go with "rttUs": it follows from its entries');
  }
  const list = at('rttUs');
  if (!Array.isArray(list.value)) {
    checkList(list, faults);
    return null;
  }
  const entries = list.value as unknown[];
  const rttsUs: (number | null)[] = [];
  let received = 0;
  let rttSumUs = 0;
  const before = faults.count;
  // There are millions of these in a large case: no node for each.
  for (const [index, entry] of entries.entries()) {
    const rttUs =
      entry === null || isCount(entry) ? entry : checkCount(childNode(list, index, entry), faults);
    const inTime = rttUs !== null && (limitUs === null || rttUs <= limitUs);
    rttsUs.push(inTime ? rttUs : null);
    if (!inTime) continue;
    received += 1;
    rttSumUs += rttUs;
  }
  const sent = at('sent').value === undefined ? rttsUs.length : checkCount(at('sent'), faults);
  if (faults.count > before || sent === null) return null;
  if (sent !== rttsUs.length) {
    faults.add(at('sent'), `must be the number of entries in "rttUs", ${rttsUs.length}, found ${sent}`);
    return null;
  }
  return { sent, received, rttSumUs, rttsUs };
}
