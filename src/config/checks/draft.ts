import type { KeyPath } from '../problem.js';
import type { RawConfig } from '../schema/schema.js';
import type { Salvaged } from '../shape/salvage.js';

/** What can be read of a config; the faults of its single keys are reported already. */
export type Draft = Salvaged<RawConfig>;

/** Whether something at or below a path is reported already. */
export type IsFaulty = (at: KeyPath) => boolean;

/** The ids that other keys may refer to. */
export function popIdsOf(draft: Draft): string[] {
  return [...new Set((draft.pops ?? []).flatMap((pop) => pop?.id ?? []))];
}

const mostListed = 12;

/** What may be chosen from, cut where a line would become a page. */
export function listed(words: readonly string[]): string {
  if (words.length <= mostListed) return words.join(', ');
  return `${words.slice(0, mostListed).join(', ')}, … (${words.length} in all)`;
}
