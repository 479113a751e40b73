import type { CountedOutage } from '../../core/ledger/correct.js';
import { lastWord, refKey, type Correction, type HandMade } from '../../core/ledger/outages.js';
import type { EpochMs } from '../../core/types.js';
import type { Attribution } from '../../core/watch/attribution.js';
import { atLongest, atShortest, type OutageSpan } from '../../core/watch/edges.js';
import type { ObservedOutage } from '../../core/watch/records.js';
import type { TracesView } from '../../render/ledger/traces.js';

/** An outage with what was said of it: the measured row as it was, what counts, and the words that changed it. */
export interface ShownOutage {
  readonly ref: string;
  readonly port: string;
  /** Null: it was added by hand. */
  readonly measured: ObservedOutage | null;
  readonly corrections: readonly Correction[];
  /** Null: it counts for nothing. */
  readonly counts: OutageSpan | null;
  /** As long and as short as it can have been; what people said is taken as it was said. Null as above. */
  readonly longest: OutageSpan | null;
  readonly shortest: OutageSpan | null;
  /** What it was by all observers; null: entered by hand; left out: nobody asked. */
  readonly attribution?: Attribution | null;
  /** The path to the port as it was then and before; null: it was not traced; left out: nobody asked. */
  readonly traces?: TracesView | null;
}

/** Measured and added ones with their corrections laid over them, by their start. */
export function showOutages(measured: readonly ObservedOutage[], handMade: HandMade): ShownOutage[] {
  const rows = measured.map((row): ShownOutage => {
    const ref = refKey({ observer: row.observer, port: row.port, start: row.start.at });
    const corrections = handMade.ofMeasured.get(ref) ?? [];
    const shown = { ref, port: row.port, measured: row, corrections };
    const word = lastWord(corrections);
    if (word || row.voided) return { ...shown, ...exactly(word?.interval ?? null) };
    const counts = { from: row.start.at, to: row.end?.at ?? null };
    return { ...shown, counts, longest: atLongest(row), shortest: atShortest(row) };
  });
  const added = handMade.added.map(({ id, port, corrections }): ShownOutage => {
    return {
      ref: id,
      port,
      measured: null,
      corrections,
      ...exactly(lastWord(corrections)?.interval ?? null),
    };
  });
  return [...rows, ...added].sort((a, b) => startOf(a) - startOf(b) || (a.ref < b.ref ? -1 : 1));
}

const exactly = (counts: OutageSpan | null) => ({ counts, longest: counts, shortest: counts });

export const startOf = ({ counts, measured, corrections }: ShownOutage): EpochMs =>
  counts?.from ?? measured?.start.at ?? corrections[0]?.interval?.from ?? 0;

/** Those that count for something. */
export function countedOutages(shown: readonly ShownOutage[]): CountedOutage[] {
  return shown.flatMap(({ ref, port, measured, counts }) =>
    counts === null
      ? []
      : [{ ref, port, observer: measured?.observer ?? null, from: counts.from, to: counts.to }],
  );
}
