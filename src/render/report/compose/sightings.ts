import type { OutagePart } from '../../../core/statement/document.js';
import { msOf } from '../iso.js';

/** One failure of a port, as one or more observers saw it at the same time. */
export type Sightings = readonly [OutagePart, ...OutagePart[]];

/**
 * Rows that are about the same: measured by several observers on the same port, overlapping in time, and of the same
 * standing. What people have said something of stays by itself.
 */
export function groupSightings(outages: readonly OutagePart[]): Sightings[] {
  const groups: [OutagePart, ...OutagePart[]][] = [];
  const open = new Map<string, { readonly members: [OutagePart, ...OutagePart[]]; to: number }>();
  for (const outage of [...outages].sort((a, b) => msOf(a.from) - msOf(b.from))) {
    const to = outage.to === null ? Infinity : msOf(outage.to);
    const key = keyOf(outage);
    const before = key === null ? undefined : open.get(key);
    if (before && msOf(outage.from) < before.to) {
      before.members.push(outage);
      before.to = Math.max(before.to, to);
      continue;
    }
    const members: [OutagePart, ...OutagePart[]] = [outage];
    groups.push(members);
    if (key !== null) open.set(key, { members, to });
  }
  return groups;
}

function keyOf({ port, lines, state, excusedBy, origin, corrections }: OutagePart): string | null {
  if (origin !== 'measured' || corrections.length > 0) return null;
  return [port, state, ...lines, '', ...excusedBy].join('\n');
}

/** From when the first to when the last saw it; null while it lasts. */
export function wholeOf(group: Sightings): { readonly from: string; readonly to: string | null } {
  const from = group.reduce((first, { from: at }) => (msOf(at) < msOf(first) ? at : first), group[0].from);
  let to = group[0].to;
  for (const { to: end } of group) {
    if (end === null || to === null) to = null;
    else if (msOf(end) > msOf(to)) to = end;
  }
  return { from, to };
}
