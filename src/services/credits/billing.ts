import { idOfAction } from '../../core/ledger/actions.js';
import {
  type Dispute,
  type DisputeMove,
  disputeStates,
  foldDisputes,
  isOver,
  stateAfter,
} from '../../core/billing/disputes.js';
import { validationError } from '../../core/ledger/errors.js';
import type { EpochMs } from '../../core/types.js';
import type { Store } from '../../store/store.js';
import { enter, ValidationError } from '../ledger/entries.js';
import { createStatements, type Statements, type StatementsOptions } from '../statements/statements.js';
import { type Batches, createBatches } from './batches.js';
import { type Contacts, createContacts } from './contacts.js';
import { createCredits, type Credits } from './credits.js';
import { createPeriods, type Periods } from './periods.js';

interface DisputesOptions {
  readonly store: Pick<Store, 'ledger' | 'statements' | 'contacts'>;
  readonly now: () => EpochMs;
}

interface DisputeRequest {
  /** Such as `2026-10/service`. */
  readonly statement: string;
  /** The latest by default. */
  readonly revision?: number;
  /** Stored permanently, so it must not contain personal data. */
  readonly text: string;
  readonly contact: string | null;
}

/** Customers' disputes of statements. Every method rejects with a `ValidationError` for input that is not allowed. */
interface Disputes {
  list(query?: { readonly statement?: string; readonly open?: boolean }): Promise<Dispute[]>;
  open(actor: string, request: DisputeRequest): Promise<Dispute>;
  move(actor: string, move: DisputeMove, id: string, text: string): Promise<Dispute>;
}

const longest = 4000;

function createDisputes({ store, now }: DisputesOptions): Disputes {
  const { ledger, statements, contacts } = store;
  const all = async (): Promise<Dispute[]> => foldDisputes(await ledger.events());
  const one = async (id: string): Promise<Dispute> => {
    const found = (await all()).find((each) => each.id === id);
    if (found) return found;
    throw new ValidationError([
      validationError('id', `${id} is no dispute`, 'an id as `disputes list` prints it', ['no-such', id]),
    ]);
  };
  return {
    list: async ({ statement, open } = {}) =>
      (await all()).filter(
        (each) => (statement === undefined || each.statement === statement) && (!open || !isOver(each)),
      ),
    async open(actor, { statement, revision, text, contact }) {
      mustSay(text);
      const sealed = await statements.sealed(statement, revision);
      if (!sealed) {
        const latest = await statements.sealed(statement);
        const what = revision === undefined || !latest ? statement : `${statement}, revision ${revision},`;
        const allowed = latest
          ? `revisions 1 to ${latest.document.revision}`
          : 'MONTH/SERVICE of a sealed statement';
        throw new ValidationError([
          validationError('statement', `${what} is not sealed`, allowed, ['not-sealed']),
        ]);
      }
      if (contact !== null && (await contacts.get(contact))?.customer !== sealed.document.customer) {
        const what = `${contact} is no contact of ${sealed.document.customer}`;
        throw new ValidationError([
          validationError('contact', what, 'one of its own, as `person list` prints them', ['no-person']),
        ]);
      }
      const [link] = await enter({
        ledger,
        now,
        actor,
        decide: (_events, nextSeq) => [
          {
            type: 'dispute-opened',
            id: `D${nextSeq}`,
            statement,
            text: text.trim(),
            contact,
            revision: sealed.document.revision,
          },
        ],
      });
      return one(link ? idOfAction(link.action) : '');
    },
    async move(actor, move, id, text) {
      mustSay(text);
      await one(id);
      await enter({
        ledger,
        now,
        actor,
        decide: (events) => {
          const dispute = foldDisputes(events).find((each) => each.id === id);
          if (!dispute || isOver(dispute)) {
            const open = disputeStates.slice(0, 2).join(' or ');
            return [
              validationError('id', `${id} is ${dispute?.state ?? 'gone'}`, `a dispute that is ${open}`, [
                'in-state',
                dispute?.state ?? 'gone',
              ]),
            ];
          }
          return [{ type: `dispute-${stateAfter[move]}`, id, text: text.trim() }];
        },
      });
      return one(id);
    },
  };
}

function mustSay(text: string): void {
  if (text.trim() === '' || text.length > longest)
    throw new ValidationError([
      validationError(
        'text',
        text.trim() === '' ? 'is missing' : 'is too long',
        `1 to ${longest} characters`,
        text.trim() === '' ? ['missing'] : ['too-long', text.length, longest],
      ),
    ]);
}

/** Statements, credits and disputes: everything that finance works with. */
export interface Billing {
  readonly statements: Statements;
  readonly credits: Credits;
  readonly batches: Batches;
  readonly periods: Periods;
  readonly disputes: Disputes;
  readonly contacts: Contacts;
}

interface BillingOptions extends StatementsOptions {
  readonly store: StatementsOptions['store'] & Pick<Store, 'batches' | 'contacts'>;
}

export function createBilling(options: BillingOptions): Billing {
  const { store, config, now } = options;
  return {
    statements: createStatements(options),
    credits: createCredits({ store, now }),
    batches: createBatches({ store, config, now }),
    periods: createPeriods({ store, config, now }),
    disputes: createDisputes({ store, now }),
    contacts: createContacts({ store, config, now }),
  };
}
