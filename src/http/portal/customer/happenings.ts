import { merge } from '../../../core/time/intervals.js';
import type { EpochMs } from '../../../core/types.js';
import type { z } from 'zod';
import type { Caller } from '../../access/caller.js';
import type { exclusion, outage } from '../../ledger/answers.js';
import { isoInstant } from '../../../render/instant.js';
import { everyPage } from '../every-page.js';
import type { Ask } from '../page.js';

/** What happened to a path while it was measured. */
export interface Happening {
  readonly what: 'outage' | 'exclusion';
  readonly from: EpochMs;
  /** Null: it goes on. */
  readonly to: EpochMs | null;
  /** The port of an outage, the kind of an exclusion. */
  readonly of: string;
  readonly reason: string | null;
}

interface Wanted {
  readonly path: string;
  readonly source: string;
  readonly destination: string;
  readonly from: EpochMs;
  readonly to: EpochMs;
}

/** Outages of the ports at its ends, and approved exclusions that cover it, oldest first; as far as the caller sees them. */
export async function happeningsOf(ask: Ask, caller: Caller, wanted: Wanted): Promise<Happening[]> {
  const { path, source, destination, from, to } = wanted;
  type Outage = z.output<typeof outage>;
  const query = { from: isoInstant(from), to: isoInstant(to) };
  const exclusions = caller.may('exclusions:read')
    ? await everyPage<z.output<typeof exclusion>>(ask, 'listExclusions', 'exclusions', { state: 'approved' })
    : [];
  const found: Happening[] = [];
  for (const port of [source, destination]) {
    const own = caller.may('outages:read')
      ? await everyPage<Outage>(ask, 'listOutages', 'outages', { ...query, port, limit: '200' })
      : [];
    const counts = own.flatMap(({ counts }) => (counts === null ? [] : [span(counts)]));
    // Several observers see the same outage, each a moment earlier or later.
    for (const { from: start, to: end } of merge(counts.map((one) => ({ ...one, to: one.to ?? Infinity }))))
      found.push({ what: 'outage', of: port, reason: null, from: start, to: end === Infinity ? null : end });
  }
  for (const { kind, reason, scope, intervals } of exclusions) {
    const covers =
      scope === 'all' ||
      scope.paths.some((one) => one === path) ||
      scope.pops.some((pop) => pop === source || pop === destination);
    if (!covers) continue;
    for (const interval of intervals) found.push({ what: 'exclusion', of: kind, reason, ...span(interval) });
  }
  return found.filter((one) => one.from < to && (one.to ?? Infinity) > from).sort((a, b) => a.from - b.from);
}

const span = ({ from, to }: { readonly from: string; readonly to: string | null }) => ({
  from: Date.parse(from),
  to: to === null ? null : Date.parse(to),
});
