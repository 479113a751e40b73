import type { Store } from '../../store/store.js';
import { createStatements, type Statements, type StatementsOptions } from '../statements/statements.js';
import { type Batches, createBatches } from './batches.js';
import { type Contacts, createContacts } from './contacts.js';
import { createCredits, type Credits } from './credits.js';
import { createDisputes, type Disputes } from './disputes.js';
import { createPeriods, type Periods } from './periods.js';

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
  const statements = createStatements(options);
  return {
    statements,
    credits: createCredits({ store, config, now }),
    batches: createBatches({ store, config, now }),
    periods: createPeriods({ store, config, now }),
    disputes: createDisputes({ store, statements, config, now }),
    contacts: createContacts({ store, config, now }),
  };
}
