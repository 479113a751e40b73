import type { CreditFacts } from '../../core/billing/credit.js';
import type { Actor, LedgerEvent } from '../../core/ledger/actions.js';
import { headOf } from '../../core/ledger/chain.js';
import { actorOf } from '../../core/ledger/proposals.js';
import type { StatementDocument } from '../../core/statement/document.js';
import { type Names, storedNames } from '../../core/statement/names.js';
import { formatInstant } from '../../core/time/calendar.js';
import type { EpochMs } from '../../core/types.js';
import { digestOf } from '../../seal/canonical.js';
import type { Signer } from '../../seal/keys.js';
import { sealDocument } from '../../seal/statement.js';
import type { CreditChange } from '../../store/statement-store.js';
import type { Store } from '../../store/store.js';
import { linksAfter } from '../ledger/entries.js';

interface Sealing {
  readonly store: Pick<Store, 'ledger' | 'statements'>;
  readonly signer: Signer;
  readonly actor: string | Actor;
  readonly now: () => EpochMs;
  /** What ids are called now. */
  readonly names: Names;
}

const patience = 20;

/**
 * Creates a function that seals documents one by one, each in one transaction with its billing row and ledger event. It
 * remembers the ledger's head between them, so that the ledger is not read again for each. A crash at any point leaves
 * either the old state or the new one.
 */
export function sealer({ store, signer, actor, now, names }: Sealing) {
  let head: Pick<LedgerEvent, 'seq' | 'hash'> | null = null;
  const by = actorOf(actor).name.trim();
  /**
   * Resolves to the hash; null: another process sealed the revision meanwhile. `outOfOrder`: why it is sealed before an
   * earlier month.
   */
  return async (
    document: StatementDocument,
    owes: CreditFacts | null,
    outOfOrder: string | null = null,
  ): Promise<string | null> => {
    const { id, revision, acceptedIncomplete } = document;
    const draft = { ...document, state: 'draft' as const };
    await store.statements.putDraft({ document: draft, hash: digestOf(draft), at: now() }, owes);
    const rows = await store.statements.credits({ statement: id });
    const row = rows.find((each) => each.revision === revision && each.status === 'draft');
    const at = now();
    const zone = document.parts[0]?.zone ?? 'UTC';
    const sealed = sealDocument(document, signer, { at: formatInstant(at, zone), by });
    const named = storedNames(document, names);
    const credits: CreditChange[] =
      owes && row
        ? [{ id: row.id, from: ['draft'], to: 'sealed', at, note: null, feed: owes.claimBy === null }]
        : [];
    for (let attempt = 0; attempt < patience; attempt += 1) {
      head ??= headOf(await store.ledger.events());
      const { hash, key } = sealed;
      const said = { id, revision, hash, key, acceptedIncomplete };
      const why = outOfOrder === null ? {} : { outOfOrder };
      const events = linksAfter(head, [{ type: 'statement-sealed', ...said, ...why }], actor, () => at);
      const done = await store.statements.commit({ events, sealed, names: named, sealedAt: at, credits });
      if (done === 'conflict') return null;
      head = done === 'stored' ? (events.at(-1) ?? null) : null;
      if (done === 'stored') return hash;
    }
    throw new Error('the ledger moved each time that a statement was to be sealed');
  };
}
