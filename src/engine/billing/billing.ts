import { createStatements, type Statements, type StatementsOptions } from '../statement/statements.js';
import type { Store } from '../../store/store.js';
import { createContacts, type Contacts } from './contacts.js';
import { createCredits, type Credits } from './credits.js';
import { createDisputes, type Disputes } from './disputes.js';

/** The months that finance pulls, and everything that follows from them. */
export interface Billing {
  readonly statements: Statements;
  readonly credits: Credits;
  readonly disputes: Disputes;
  readonly contacts: Contacts;
}

export interface BillingOptions extends StatementsOptions {
  readonly store: Pick<Store, 'ledger' | 'watch' | 'rounds' | 'statements' | 'contacts'>;
}

export function createBilling(options: BillingOptions): Billing {
  const { store, config, now } = options;
  return {
    statements: createStatements(options),
    credits: createCredits({ store, now }),
    disputes: createDisputes({ store, now }),
    contacts: createContacts({ store, config, now }),
  };
}
