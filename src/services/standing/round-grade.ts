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

/** Whether the latency is in the worst band of its plan; a plan with one band has no worst one. */
export function isInWorstBand({ latencyBand }: Grade, { plan }: Pick<PathTerms, 'plan'>): boolean {
  const worst = plan.latency.bands.length - 1;
  return worst > 0 && latencyBand?.level === worst;
}
