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

/**
 * Since when the paths are worse than normal that are so in their newest round: the worst `most` of them, the newest
 * spell first. Rounds that say nothing of the network neither begin nor end a spell.
 */
export async function spellsOf(
  mesh: MeshStanding,
  rounds: Pick<RoundStore, 'list'>,
  most: number,
): Promise<Spell[]> {
  const terms = new Map(mesh.terms.map((one) => [one.plan, one]));
  const worse = [...mesh.paths].flatMap(([path, standing]) =>
    standing !== null && standing.round.held > 0 && levelOf(standing.round) > 0 ? [{ path, standing }] : [],
  );
  worse.sort((a, b) => levelOf(b.standing.round) - levelOf(a.standing.round));
  const spells = await Promise.all(
    worse.slice(0, most).map(async ({ path, standing }): Promise<Spell> => {
      const by = terms.get(standing.plan);
      const newest = standing.round.from;
      const slots = by ? await rounds.list({ path, from: newest - dayMs, to: newest + 1, limit: 1000 }) : [];
      let since = newest;
      let isLonger = true;
      for (const slot of slots) {
        const graded = by && gradeSlot(slot, standing, by);
        if (!graded) continue;
        if (levelOf(graded) > 0) since = slot.slot;
        else {
          isLonger = false;
          break;
        }
      }
      return { path, since, isLonger, standing };
    }),
  );
  return spells.sort((a, b) => b.since - a.since || (a.path < b.path ? -1 : 1));
}
