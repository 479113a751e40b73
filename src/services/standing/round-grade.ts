import { countSize, type Round } from '../../core/measurement/round.js';
import { addRound, emptySums, figuresOf } from '../../core/measurement/figures.js';
import { grade, type Grade, type Graded } from '../../core/standing.js';
import type { PathTerms } from './sources.js';

/** The grade of one round; null when the round is no evidence about the network. */
export function gradeRound(
  round: Round,
  { commitmentUs, plan }: PathTerms,
): { readonly grade: Grade; readonly of: Graded } | null {
  if (round.status !== 'ok' && round.status !== 'unscheduled') return null;
  const sums = emptySums();
  addRound(sums, { path: round.path, slot: round.slot, status: 'ok', sizes: round.sizes.map(countSize) });
  const { latencyUs, loss } = figuresOf(sums);
  const of = { latencyUs, loss };
  return { of, grade: grade(of, commitmentUs, plan) };
}
