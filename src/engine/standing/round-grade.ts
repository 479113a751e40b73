import { countSize } from '../../core/measurement/counts.js';
import { addRound, emptySums, figuresOf } from '../../core/measurement/figures.js';
import type { Round } from '../../core/measurement/round.js';
import { grade, type Grade } from '../../core/quality/standing.js';
import type { PathTerms } from './terms.js';

/** What one round is worth; null when it says nothing of the network. */
export function gradeRound(round: Round, { commitmentUs, plan }: PathTerms): Grade | null {
  if (round.status !== 'ok' && round.status !== 'unscheduled') return null;
  const sums = emptySums();
  addRound(sums, { path: round.path, slot: round.slot, status: 'ok', sizes: round.sizes.map(countSize) });
  const { latencyUs, loss } = figuresOf(sums);
  return grade({ latencyUs, loss }, commitmentUs, plan);
}
