import { setImmediate as turn } from 'node:timers/promises';
import { addRound, emptySums, figuresOf, type SlotSummary } from '../../core/measurement/figures.js';
import {
  grade,
  type Grade,
  type MeshStanding,
  type PathStanding,
  type QualityTerms,
} from '../../core/standing.js';
import type { EpochMs, PathId } from '../../core/types.js';
import type { RoundStore } from '../../store/store.js';

/** A spell of rounds worse than normal that the newest round of a path belongs to. */
interface Spell {
  readonly path: PathId;
  /** The first slot of the spell. */
  readonly since: EpochMs;
  /** Whether it began before what was looked at. */
  readonly isLonger: boolean;
  readonly standing: PathStanding;
}

const dayMs = 86_400_000;

/** The worse of the two bands of figures: 0 is the best. */
const levelOf = ({ latencyBand, lossBand }: Pick<Grade, 'latencyBand' | 'lossBand'>): number =>
  Math.max(latencyBand?.level ?? 0, lossBand?.level ?? 0);

/** The grade of a slot's round; null: it says nothing of the network. */
export function gradeSlot(
  slot: SlotSummary,
  { commitmentUs }: Pick<PathStanding, 'commitmentUs'>,
  terms: Pick<QualityTerms, 'latency' | 'loss'>,
): (Grade & { readonly isLost: boolean }) | null {
  if (slot.status !== 'ok' && slot.status !== 'unscheduled') return null;
  const sums = emptySums();
  addRound(sums, slot);
  const { latencyUs, loss } = figuresOf(sums);
  return { ...grade({ latencyUs, loss }, commitmentUs, terms), isLost: loss !== null && latencyUs === null };
}

/** How many paths are looked at before others get their turn. */
const atOnce = 16;

/**
 * Since when the paths are worse than normal that are so in their newest round, the newest spell first. All of them: when
 * a PoP is dark, the paths of the others would be the ones left out. Rounds that say nothing of the network neither begin
 * nor end a spell. The rounds of a path are read once for each newest round.
 */
export function spellFinder(
  rounds: Pick<RoundStore, 'list'>,
): (mesh: Pick<MeshStanding, 'paths' | 'terms'>) => Promise<Spell[]> {
  interface Begun {
    readonly newest: EpochMs;
    readonly since: EpochMs;
    readonly isLonger: boolean;
  }
  const cached = new Map<PathId, Begun>();

  const beginOf = async (
    path: PathId,
    standing: PathStanding,
    by: QualityTerms | undefined,
  ): Promise<Begun> => {
    const newest = standing.round.from;
    const slots = by ? await rounds.list({ path, from: newest - dayMs, to: newest + 1, limit: 1000 }) : [];
    let since = newest;
    for (const slot of slots) {
      const graded = by && gradeSlot(slot, standing, by);
      if (!graded) continue;
      if (levelOf(graded) === 0) return { newest, since, isLonger: false };
      since = slot.slot;
    }
    return { newest, since, isLonger: true };
  };

  return async (mesh) => {
    const terms = new Map(mesh.terms.map((one) => [one.plan, one]));
    const worse = [...mesh.paths].flatMap(([path, standing]) =>
      standing !== null && standing.round.held > 0 && levelOf(standing.round) > 0 ? [{ path, standing }] : [],
    );
    const stillWorse = new Set(worse.map(({ path }) => path));
    for (const path of cached.keys()) if (!stillWorse.has(path)) cached.delete(path);
    const spells: Spell[] = [];
    for (const [index, { path, standing }] of worse.entries()) {
      const known = cached.get(path);
      const begun =
        known?.newest === standing.round.from
          ? known
          : await beginOf(path, standing, terms.get(standing.plan));
      cached.set(path, begun);
      spells.push({ path, since: begun.since, isLonger: begun.isLonger, standing });
      if (index % atOnce === atOnce - 1) await turn();
    }
    return spells.sort((a, b) => b.since - a.since || (a.path < b.path ? -1 : 1));
  };
}
