import { formatHalfUp } from '../../core/number/decimal.js';
import { multiply, ratio, roundHalfUp, type Rational } from '../../core/number/rational.js';
import type {
  MeshStanding,
  PathStanding,
  QualityTerms,
  WindowStanding,
} from '../../core/quality/standing.js';
import { windowKinds, type WindowKind } from '../../core/quality/windows.js';
import type { PathId, PopId } from '../../core/types.js';
import { isoInstant } from '../instant.js';

interface ShownPop {
  readonly id: PopId;
  readonly name: string;
  readonly region: string | null;
}

export interface MeshView {
  readonly mesh: MeshStanding;
  /** Those that are shown, in their order. */
  readonly pops: readonly ShownPop[];
  /** The paths that are shown. */
  readonly paths: readonly PathId[];
  readonly everyMs: number;
}

/** A window of every path, a column for each figure; null: none, or the path is not judged yet. */
export interface MeshColumns {
  readonly latencyBand: readonly (string | null)[];
  readonly lossBand: readonly (string | null)[];
  readonly latencyUs: readonly (number | null)[];
  readonly lossPpm: readonly (number | null)[];
  readonly excessPercent: readonly (string | null)[];
  /** Rounds; 0 of some due: it was not measured. */
  readonly held: readonly (number | null)[];
  readonly due: readonly (number | null)[];
}

export interface MeshJson {
  readonly judgedAt: string | null;
  readonly everyMs: number;
  readonly pops: readonly ShownPop[];
  /** The bands of each plan that judges one of the paths, from the best to the worst. */
  readonly plans: readonly { readonly id: string; readonly latency: string[]; readonly loss: string[] }[];
  readonly paths: readonly PathId[];
  readonly plan: readonly (string | null)[];
  readonly commitmentUs: readonly (number | null)[];
  /** The newest slot that had its time. */
  readonly slot: readonly (string | null)[];
  readonly windows: Readonly<Record<WindowKind, MeshColumns>>;
}

const whole = (value: Rational | null): number | null => value && Number(roundHalfUp(value));

/** What of a standing a window is. */
export const windowOf: Readonly<Record<WindowKind, (of: PathStanding) => WindowStanding>> = {
  round: ({ round }) => round,
  'last-24h': ({ day }) => day,
  'month-to-date': ({ month }) => month,
};

/** The mesh in columns: the n-th of each belongs to the n-th path. */
export function meshJson({ mesh, pops, paths, everyMs }: MeshView): MeshJson {
  const standings = paths.map((path) => mesh.paths.get(path) ?? null);
  // What others are judged by is a contract of theirs.
  const judging = new Set(standings.map((of) => of?.plan));
  return {
    judgedAt: mesh.judgedAt === null ? null : isoInstant(mesh.judgedAt),
    everyMs,
    pops: pops.map(({ id, name, region }) => ({ id, name, region })),
    plans: mesh.terms.filter(({ plan }) => judging.has(plan)).map(bandsOf),
    paths,
    plan: standings.map((of) => of?.plan ?? null),
    commitmentUs: standings.map((of) => whole(of?.commitmentUs ?? null)),
    slot: standings.map((of) => of && isoInstant(of.round.from)),
    windows: Object.fromEntries(
      windowKinds.map((kind) => [kind, columns(standings.map((of) => of && windowOf[kind](of)))]),
    ) as Record<WindowKind, MeshColumns>,
  };
}

const bandsOf = ({ plan, latency, loss }: QualityTerms) => ({
  id: plan,
  latency: latency.bands.map(({ id }) => id),
  loss: loss.bands.map(({ id }) => id),
});

function columns(of: readonly (WindowStanding | null)[]): MeshColumns {
  return {
    latencyBand: of.map((one) => one?.latencyBand?.id ?? null),
    lossBand: of.map((one) => one?.lossBand?.id ?? null),
    latencyUs: of.map((one) => whole(one?.latencyUs ?? null)),
    lossPpm: of.map((one) => whole(one?.loss ? multiply(one.loss, ratio(1_000_000n)) : null)),
    excessPercent: of.map((one) => (one?.excess ? formatHalfUp(one.excess, 1) : null)),
    held: of.map((one) => one?.held ?? null),
    due: of.map((one) => one?.due ?? null),
  };
}
