import { compare, parseDecimal } from '../../core/number.js';
import type { StatementDocument } from '../../core/statement/document.js';
import { metOfAll, observedPercent } from '../../render/report/observed.js';
import type { Store } from '../../store/store.js';

/** A band by its place in the plan: 0 is the best. */
interface PlacedBand {
  readonly id: string;
  readonly level: number;
}

/** What a list of statements shows of each: its availability, and the worst bands of its paths. */
export interface StatementFigures {
  readonly availabilityPercent: string;
  /** Absent under the first rule set. */
  readonly availabilityLowerBoundPercent: string | null;
  readonly observedPercent: string;
  readonly commitmentPercent: string;
  /** Null: too much unobserved time leaves it undecided. */
  readonly met: boolean | null;
  readonly latencyBand: PlacedBand | null;
  readonly lossBand: PlacedBand | null;
}

/** Of several parts, those of the one with the lowest availability. */
function figuresOfStatement({ parts, paths }: StatementDocument): StatementFigures | null {
  const [worst] = [...parts].sort((a, b) => byDecimal(a.availabilityPercent, b.availabilityPercent));
  if (!worst) return null;
  return {
    availabilityPercent: worst.availabilityPercent,
    availabilityLowerBoundPercent: worst.availabilityLowerBoundPercent ?? null,
    observedPercent: observedPercent(worst),
    commitmentPercent: worst.commitmentPercent,
    met: metOfAll(parts),
    latencyBand: worstBand(paths.map(({ latencyBand, latencyBands }) => [latencyBand, latencyBands])),
    lossBand: worstBand(paths.map(({ lossBand, lossBands }) => [lossBand, lossBands])),
  };
}

function byDecimal(one: string, other: string): number {
  const [a, b] = [parseDecimal(one)?.value, parseDecimal(other)?.value];
  return a && b ? compare(a, b) : 0;
}

function worstBand(
  paths: readonly (readonly [string | null, readonly { readonly id: string }[]])[],
): PlacedBand | null {
  let worst: PlacedBand | null = null;
  for (const [id, bands] of paths) {
    if (id === null) continue;
    const place = bands.findIndex((band) => band.id === id);
    const level = place < 0 ? bands.length : place;
    if (worst === null || level > worst.level) worst = { id, level };
  }
  return worst;
}

const mostKept = 5_000;

/** Figures of stored statements, each document read once: what has the same hash says the same. */
export function storedFigures(
  statements: Store['statements'],
): (row: Row) => Promise<StatementFigures | null> {
  const known = new Map<string, StatementFigures | null>();
  return async ({ id, state, revision, hash }) => {
    const before = known.get(hash);
    if (before !== undefined) return before;
    const found = await (state === 'sealed' ? statements.sealed(id, revision) : statements.draft(id));
    const figures = found && figuresOfStatement(found.document);
    if (known.size >= mostKept) known.clear();
    if (found?.hash === hash) known.set(hash, figures);
    return figures;
  };
}

interface Row {
  readonly id: string;
  readonly state: 'draft' | 'sealed';
  readonly revision: number;
  readonly hash: string;
}
