import type { SizeCounts } from '../../core/measurement/counts.js';
import type { IcmpErrorCount } from '../../core/measurement/packet.js';
import type { MissingReason } from '../../core/measurement/round.js';
import type { SlotSummary } from '../../core/measurement/summary.js';
import { oneLine } from '../table.js';

export const missingWords: Readonly<Record<MissingReason, string>> = {
  stopped: 'the daemon was stopped',
  crashed: 'the daemon ended out of order',
  asleep: 'the machine was asleep',
  paused: 'the process was paused',
  'clock-stepped': 'the clock was set past it',
  overrun: 'the round before was still running',
  store: 'it could not be stored',
  unknown: 'not known why',
};

/** What a row of figures doesn't say: why the status, and what is counted apart. One line each. */
export function notesOf(slot: SlotSummary): string[] {
  if (slot.status === 'missing') return [`missing: ${missingWords[slot.reason]}`];
  const why = slot.reason === null ? [] : [`${slot.status}: ${oneLine(slot.reason)}`];
  return [...why, ...slot.sizes.flatMap((size) => apart(size)), ...icmpErrorLines(slot.icmpErrors ?? [])];
}

function apart(size: SizeCounts): string[] {
  const parts = [
    some(size.late, 'late reply', 'late replies'),
    some(size.errors, 'ICMP error', 'ICMP errors'),
    some(size.notSent, 'not sent', 'not sent'),
    some(size.duplicates, 'duplicate', 'duplicates'),
    some(size.mismatched, 'mismatched reply', 'mismatched replies'),
  ].filter((part) => part !== null);
  return parts.length === 0 ? [] : [`${size.bytes} bytes: ${parts.join(', ')}`];
}

/** Who sent which ICMP errors, over all sizes: `ICMP net-unreachable (type 3, code 0) from 192.0.2.1: 12`. */
function icmpErrorLines(errors: readonly IcmpErrorCount[]): string[] {
  const counts = new Map<string, number>();
  for (const { error, type, code, from, mtu, count } of errors) {
    const what = `ICMP ${error} (type ${type}, code ${code}${mtu === null ? '' : `, MTU ${mtu}`})`;
    const line = from === null ? what : `${what} from ${from}`;
    counts.set(line, (counts.get(line) ?? 0) + count);
  }
  return [...counts].map(([line, count]) => `${line}: ${count}`);
}

function some(count: number, one: string, many: string): string | null {
  return count === 0 ? null : `${count} ${count === 1 ? one : many}`;
}
