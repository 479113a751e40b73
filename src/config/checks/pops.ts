import type { Fault } from '../problem.js';
import { didYouMean } from '../suggest.js';
import { listed, popIdsOf, type Draft, type IsFaulty } from './draft.js';

/** Ids and addresses are one PoP's own; the agent is one of the PoPs. */
export function checkPops(draft: Draft, isFaulty: IsFaulty): Fault[] {
  const faults: Fault[] = [];
  const ids = new Map<string, number>();
  const addresses = new Map<string, number>();
  for (const [index, pop] of (draft.pops ?? []).entries()) {
    if (pop === undefined) continue;
    const kinds = ['ipv4', 'ipv6', 'host'] as const;
    if (!kinds.some((kind) => pop[kind] !== undefined || isFaulty(['pops', index, kind]))) {
      const shown = pop.id === undefined ? {} : { shown: JSON.stringify(pop.id) };
      faults.push({
        at: ['pops', index],
        what: 'has no address',
        allowed: 'at least one of ipv4, ipv6, host',
        ...shown,
      });
    }
    if (pop.id !== undefined) {
      const first = ids.get(pop.id);
      if (first === undefined) ids.set(pop.id, index);
      else
        faults.push({
          at: ['pops', index, 'id'],
          what: `is also the id of pops[${first}]`,
          allowed: 'each id once',
        });
    }
    for (const family of ['ipv4', 'ipv6'] as const) {
      const address = pop[family];
      if (address === undefined) continue;
      const first = addresses.get(address);
      if (first === undefined) addresses.set(address, index);
      else {
        const what = `is also the address of pops[${first}]`;
        faults.push({ at: ['pops', index, family], what, allowed: 'each address once' });
      }
    }
  }
  return [...faults, ...checkAgent(draft)];
}

function checkAgent(draft: Draft): Fault[] {
  const ids = popIdsOf(draft);
  if (draft.role === 'hub') return [];
  if (draft.agent === undefined || draft.pops === undefined || ids.includes(draft.agent)) return [];
  const what = `is not among the PoPs${didYouMean(draft.agent, ids)}`;
  return [{ at: ['agent'], what, allowed: listed(ids) || 'the id of one of pops' }];
}
