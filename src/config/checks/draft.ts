import { popIdRule } from '../../core/path.js';
import type { Fault, KeyPath, Salvaged } from '../problem.js';
import type { RawConfig } from '../schema.js';

/** What can be read of a config; the faults of its single keys are reported already. */
export type Draft = Salvaged<RawConfig>;

/** Whether something at or below a path is reported already. */
export type IsFaulty = (at: KeyPath) => boolean;

/** The ids that other keys may refer to. */
export function popIdsOf(draft: Draft): string[] {
  return [...new Set((draft.pops ?? []).flatMap((pop) => pop?.id ?? []))];
}

const maxListed = 12;

/** What may be chosen from, cut where a line would become a page. */
export function listed(words: readonly string[]): string {
  if (words.length <= maxListed) return words.join(', ');
  return `${words.slice(0, maxListed).join(', ')}, … (${words.length} in all)`;
}

/** Who measures is in a PoP; the PoPs are in the file, except for an agent, which has them from its hub. */
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
