import type { LedgerEvent } from '../core/ledger/actions.js';
import type { EpochMs } from '../core/types.js';

/** People at customers: the one place where their data stand. Everything else names them by id. */
export interface ContactStore {
  /** Writes a contact, whole, with the ledger's events of it; `moved`: other events came first. */
  put(contact: Contact, events: readonly LedgerEvent[]): Promise<'stored' | 'moved'>;
  get(id: string): Promise<Contact | null>;
  /** By id; those of a customer where one is given. */
  list(customer?: string): Promise<Contact[]>;
}

export interface Contact {
  /** `P12`. */
  readonly id: string;
  readonly customer: string;
  /** Null: erased, or never given. */
  readonly name: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly addedAt: EpochMs;
  readonly changedAt: EpochMs;
  readonly erasedAt: EpochMs | null;
}
