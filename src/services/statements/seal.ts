import type { Config } from '../../config/config.js';
import { billedFor } from '../../core/customer/book.js';
import type { CreditFacts } from '../../core/billing/credit.js';
import type { Actor, LedgerEvent } from '../../core/ledger/actions.js';
import { headOf } from '../../core/ledger/chain.js';
import { actorOf } from '../../core/ledger/proposals.js';
import type { Assembler } from '../../core/statement/assemble.js';
import { changeOf } from '../../core/statement/compare.js';
import {
  statementId,
  type SealedStatement,
  type StatementChange,
  type StatementDocument,
} from '../../core/statement/document.js';
import { storedNames } from '../../core/statement/names.js';
import { formatInstant } from '../../core/time/calendar.js';
import type { EpochMs } from '../../core/types.js';
import { changeLines, reportWords } from '../../i18n/report.js';
import { digestOf } from '../../seal/canonical.js';
import type { Signer } from '../../seal/keys.js';
import { sealDocument } from '../../seal/statement.js';
import type { CreditChange } from '../../store/statement-store.js';
import type { Store } from '../../store/store.js';
import { namesOf } from '../customers/in-force.js';
import { linksAfter } from '../ledger/entries.js';
import type { billingTeller } from '../notifications/billing-notices.js';

interface Sealing {
  readonly store: Pick<Store, 'ledger' | 'statements'>;
  /** Makes the messages that tell of a notice. */
  readonly tell: ReturnType<typeof billingTeller>;
  readonly signer: Signer;
  readonly actor: string | Actor;
  readonly now: () => EpochMs;
  /** With the customers in force, which says what ids are called now. */
  readonly config: Pick<Config, 'book' | 'pops'>;
}

const patience = 20;

/**
 * Creates a function that seals documents one by one, each in one transaction with its billing row and ledger event. It
 * remembers the ledger's head between them, so that the ledger is not read again for each. A crash at any point leaves
 * either the old state or the new one.
 */
export function sealer({ store, signer, actor, now, tell, config }: Sealing) {
  const names = namesOf(config);
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
    const outbox = await tell([
      {
        event: revision === 1 ? 'statement-sealed' : 'statement-revised',
        at,
        about: id,
        nth: revision,
        party: billedFor(config.book, document.customer, document.sellers),
        detail: String(revision),
      },
    ]);
    for (let attempt = 0; attempt < patience; attempt += 1) {
      head ??= headOf(await store.ledger.events());
      const { hash, key } = sealed;
      const said = { id, revision, hash, key, acceptedIncomplete };
      const why = outOfOrder === null ? {} : { outOfOrder };
      const events = linksAfter(head, [{ type: 'statement-sealed', ...said, ...why }], actor, () => at);
      const done = await store.statements.commit({
        events,
        sealed,
        names: named,
        sealedAt: at,
        credits,
        outbox,
      });
      if (done === 'conflict') return null;
      head = done === 'stored' ? (events.at(-1) ?? null) : null;
      if (done === 'stored') return hash;
    }
    throw new Error('the ledger moved each time that a statement was to be sealed');
  };
}

/** The result for one statement that was to be sealed or revised. */
export interface Outcome {
  readonly id: string;
  readonly outcome: 'sealed' | 'already-sealed' | 'prepared' | 'unchanged' | 'incomplete' | 'refused';
  /** The latest sealed revision; null: none is sealed. */
  readonly revision: number | null;
  readonly hash: string | null;
  readonly credit: string;
  readonly currency: string;
  /** For a later revision: the signed difference of the credit. */
  readonly creditDifference: string | null;
  /** What changed, or why it was not sealed, one line each. */
  readonly why: readonly string[];
}

export const englishReasons = (change: StatementChange | null): string[] =>
  changeLines(reportWords.en, change?.why ?? []);

export const noReason = 'is incomplete: sealed only with --accept-incomplete REASON';

export function outcomeOf({ id, total, currency }: StatementDocument, outcome: Outcome['outcome']): Outcome {
  const { credit } = total;
  return { id, outcome, revision: null, hash: null, credit, currency, creditDifference: null, why: [] };
}

/** A service that can't be judged has no statement, and the others have theirs all the same; null: it is judged. */
export function unjudged(month: string, service: string, drawn: Assembler): Outcome | null {
  const reason = drawn.unjudged.get(service);
  if (reason === undefined) return null;
  return {
    id: statementId(month, service),
    outcome: 'refused',
    revision: null,
    hash: null,
    credit: '0',
    currency: '',
    creditDifference: null,
    why: [`can't be judged: ${reason}`],
  };
}

export const incomplete = (document: StatementDocument): Outcome => ({
  ...outcomeOf(document, 'incomplete'),
  why: [noReason],
});

/** Months are sealed in their order, since what a later one is paid with may rest on the earlier one. */
export const notInOrder = (fresh: StatementDocument, skipped: readonly string[]): Outcome => ({
  ...outcomeOf(fresh, 'refused'),
  why: [`${skipped.join(', ')} of it is not sealed: seal that first, or --out-of-order REASON`],
});

/** Sealing again succeeds where nothing changed; otherwise a revision is needed. */
export function alreadySealed({ document, hash }: SealedStatement, fresh: StatementDocument): Outcome {
  const { revision } = document;
  const change = changeOf(document, fresh);
  if (change === null) return { ...outcomeOf(document, 'already-sealed'), revision, hash };
  const what = `is sealed as revision ${revision}, and its source data has changed: pop-sla statements revise`;
  return { ...outcomeOf(document, 'refused'), revision, hash, why: [what, ...englishReasons(change)] };
}
