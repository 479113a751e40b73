import type { CreditFacts } from '../../core/billing/credit.js';
import type { LedgerEvent } from '../../core/ledger/actions.js';
import { headOf, linkAfter } from '../../core/ledger/chain.js';
import type { StatementDocument } from '../../core/statement/document.js';
import { formatInstant } from '../../core/time/calendar.js';
import type { EpochMs } from '../../core/types.js';
import { digestOf } from '../../seal/canonical.js';
import type { Signer } from '../../seal/keys.js';
import { sealDocument } from '../../seal/statement.js';
import type { CreditChange } from '../../store/statement-store.js';
import type { Store } from '../../store/store.js';

export interface Sealing {
  readonly store: Pick<Store, 'ledger' | 'statements'>;
  readonly signer: Signer;
  readonly actor: string;
  readonly now: () => EpochMs;
  /** Where a crash is tried in tests: called before each step with its name. */
  readonly step?: (name: SealStep) => void | Promise<void>;
}

/** The steps of a sealing, in their order; before, between and after them stands the old state or the new one. */
export const sealSteps = ['draft', 'sign', 'commit', 'sealed'] as const;
type SealStep = (typeof sealSteps)[number];

const patience = 20;

/**
 * Seals documents one by one, each in one transaction with its row for billing and the ledger's event. Keeps the
 * ledger's head between them, so that it need not be read again for each.
 */
export function sealer({ store, signer, actor, now, step }: Sealing) {
  let head: Pick<LedgerEvent, 'seq' | 'hash'> | null = null;
  /** Resolves to the hash; null: somebody else sealed the revision meanwhile. */
  return async (document: StatementDocument, owes: CreditFacts | null): Promise<string | null> => {
    const { id, revision, acceptedIncomplete } = document;
    await step?.('draft');
    const draft = { ...document, state: 'draft' as const };
    await store.statements.putDraft({ document: draft, hash: digestOf(draft), at: now() }, owes);
    const rows = await store.statements.credits({ statement: id });
    const row = rows.find((each) => each.revision === revision && each.status === 'draft');
    await step?.('sign');
    const at = now();
    const zone = document.parts[0]?.zone ?? 'UTC';
    const sealed = sealDocument(document, signer, { at: formatInstant(at, zone), by: actor });
    const credits: CreditChange[] =
      owes && row
        ? [{ id: row.id, from: ['draft'], to: 'sealed', at, note: null, feed: owes.claimBy === null }]
        : [];
    for (let attempt = 0; attempt < patience; attempt += 1) {
      head ??= headOf(await store.ledger.events());
      const { hash, key } = sealed;
      const action = { type: 'statement-sealed', id, revision, hash, key, acceptedIncomplete } as const;
      const event = linkAfter(head, { at, actor, action }, digestOf);
      await step?.('commit');
      const done = await store.statements.commit({ events: [event], sealed, sealedAt: at, credits });
      if (done === 'conflict') return null;
      head = done === 'stored' ? event : null;
      if (done === 'stored') {
        await step?.('sealed');
        return hash;
      }
    }
    throw new Error('the ledger moved each time that a statement was to be sealed');
  };
}
/** What became of one statement that was to be sealed or revised. */
export interface Outcome {
  readonly id: string;
  readonly outcome: 'sealed' | 'already-sealed' | 'unchanged' | 'incomplete' | 'refused';
  /** The revision that stands now; null: none is sealed. */
  readonly revision: number | null;
  readonly hash: string | null;
  readonly credit: string;
  readonly currency: string;
  /** Of a later revision: what is credited more or less. */
  readonly creditDifference: string | null;
  /** What changed, or why not; a line each. */
  readonly why: readonly string[];
}
