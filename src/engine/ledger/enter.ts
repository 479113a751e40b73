import type { LedgerAction, LedgerEvent } from '../../core/ledger/actions.js';
import { headOf, linkAfter } from '../../core/ledger/chain.js';
import { actorFault } from '../../core/ledger/decide.js';
import { formatRefusal, type Refusal } from '../../core/ledger/refusal.js';
import type { EpochMs } from '../../core/types.js';
import { digestOf } from '../../seal/hash.js';
import type { LedgerStore } from '../../store/ledger-store.js';

/** What was asked for can't be entered; every reason, each with what is allowed. */
export class Refused extends Error {
  override readonly name = 'Refused';
  constructor(readonly refusals: readonly Refusal[]) {
    super(refusals.map(formatRefusal).join('\n'));
  }
}

export interface EnterOptions {
  readonly ledger: LedgerStore;
  readonly now: () => EpochMs;
  readonly actor: string;
  /** What to append to this history, or why not; asked again when another entry came first. */
  readonly decide: (events: readonly LedgerEvent[], nextSeq: number) => LedgerAction[] | readonly Refusal[];
}

const patience = 20;

/** Appends what `decide` says, all or nothing. Rejects with `Refused`. */
export async function enter({ ledger, now, actor, decide }: EnterOptions): Promise<LedgerEvent[]> {
  const nobody = actorFault(actor);
  if (nobody) throw new Refused([nobody]);
  for (let attempt = 0; attempt < patience; attempt += 1) {
    const events = await ledger.events();
    const head = headOf(events);
    const decided = decide(events, head.seq + 1);
    if (isRefusal(decided)) throw new Refused(decided);
    const links: LedgerEvent[] = [];
    for (const action of decided) {
      links.push(linkAfter(links.at(-1) ?? head, { at: now(), actor: actor.trim(), action }, digestOf));
    }
    if (links.length === 0 || (await ledger.append(links)) === 'stored') return links;
  }
  throw new Error('the ledger moved each time that something was to be appended');
}

const isRefusal = (decided: LedgerAction[] | readonly Refusal[]): decided is readonly Refusal[] =>
  decided.some((each) => 'field' in each);
