import type { LedgerAction, LedgerEvent } from '../../core/ledger/actions.js';
import { headOf, linkAfter } from '../../core/ledger/chain.js';
import { actorFault } from '../../core/ledger/decide.js';
import type { EpochMs } from '../../core/types.js';
import { digestOf } from '../../seal/hash.js';
import type { LedgerStore } from '../../store/ledger-store.js';
import { Refused } from '../ledger/enter.js';

export interface Deed<T> {
  readonly ledger: Pick<LedgerStore, 'events'>;
  readonly now: () => EpochMs;
  readonly actor: string;
  /** What to do by what stands now, and how to write it with its events; throws `Refused` where it may not be done. */
  readonly decide: (events: readonly LedgerEvent[]) => Promise<{
    readonly actions: readonly LedgerAction[];
    readonly write: (links: readonly LedgerEvent[]) => Promise<'stored' | 'moved' | 'conflict'>;
    readonly result: T;
  }>;
}

const patience = 20;

/** Does something that is written together with the ledger's events of it; thought over where others came first. */
export async function committed<T>({ ledger, now, actor, decide }: Deed<T>): Promise<T> {
  const nobody = actorFault(actor);
  if (nobody) throw new Refused([nobody]);
  for (let attempt = 0; attempt < patience; attempt += 1) {
    const events = await ledger.events();
    const { actions, write, result } = await decide(events);
    const links: LedgerEvent[] = [];
    for (const action of actions) {
      links.push(
        linkAfter(links.at(-1) ?? headOf(events), { at: now(), actor: actor.trim(), action }, digestOf),
      );
    }
    if (links.length === 0 || (await write(links)) === 'stored') return result;
  }
  throw new Error('others wrote each time that something was to be written');
}
