import { popIdRule } from '../../core/path/path.js';
import type { Fault } from '../problem.js';
import type { Draft, IsFaulty } from './draft.js';

/** Who measures stands in a PoP; the PoPs stand in the file, but for an agent, which has them from its hub. */
export function checkNeeds({ role, agent, pops }: Draft, isFaulty: IsFaulty): Fault[] {
  const faults: Fault[] = [];
  if (role !== 'hub' && agent === undefined && !isFaulty(['agent'])) {
    faults.push({ at: ['agent'], what: 'is missing', allowed: popIdRule });
  }
  if (role !== 'agent' && pops === undefined && !isFaulty(['pops'])) {
    faults.push({ at: ['pops'], what: 'is missing', allowed: 'a list' });
  }
  return faults;
}
