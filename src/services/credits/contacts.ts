import { hasControls } from '../../core/text/control-characters.js';
import { validationError, type ValidationIssue } from '../../core/ledger/errors.js';
import { mailAddressFault } from '../../core/target-kinds.js';
import type { EpochMs } from '../../core/types.js';
import type { Config } from '../../config/config.js';
import type { Contact } from '../../store/access-store.js';
import type { Store } from '../../store/store.js';
import { withLedgerEntries } from '../customers/in-force.js';
import { ValidationError } from '../ledger/entries.js';
import { committed } from './credits.js';

interface ContactsOptions {
  readonly store: Pick<Store, 'ledger' | 'contacts'>;
  readonly config: () => Config;
  readonly now: () => EpochMs;
}

/** The data of a person; null: unknown. */
interface PersonData {
  readonly name: string | null;
  readonly email: string | null;
  readonly phone: string | null;
}

/** What of somebody can be changed. */
interface PersonChange extends Partial<PersonData> {
  /** Whether they get mails on statements and credits. */
  readonly notices?: boolean;
}

/**
 * Contacts at customers: added, shown, corrected and erased, which data protection law entitles them to. The audit
 * trail records actions with the contact's id and no personal data. Every method rejects with a `ValidationError`.
 */
export interface Contacts {
  list(customer?: string): Promise<Contact[]>;
  show(id: string): Promise<Contact>;
  add(actor: string, customer: string, data: PersonData, notices?: boolean): Promise<Contact>;
  /** Changes the given fields; null removes a field. */
  correct(actor: string, id: string, data: PersonChange): Promise<Contact>;
  /** Erases the personal data; the id remains, so that references to it stay valid. */
  erase(actor: string, id: string): Promise<Contact>;
}

const fields = ['name', 'email', 'phone'] as const;

export function createContacts({ store, config, now }: ContactsOptions): Contacts {
  const { ledger, contacts } = store;
  const ledgerContext = { ledger, now };
  const show = async (id: string): Promise<Contact> => {
    const found = await contacts.get(id);
    if (found) return found;
    throw new ValidationError([
      validationError('id', `${id} is nobody`, 'an id as `person list` prints it', ['no-such', id]),
    ]);
  };
  const standing = async (id: string): Promise<Contact> => {
    const found = await show(id);
    if (found.erasedAt === null) return found;
    throw new ValidationError([validationError('id', `${id} was erased`, 'somebody who was not')]);
  };
  return {
    list: (customer) => contacts.list(customer),
    show,
    add: (actor, customer, data, notices = true) =>
      committed({
        ...ledgerContext,
        actor,
        decide: (events) => {
          mustFit(data);
          const known = withLedgerEntries(config(), events).book.customers.map(({ id }) => id);
          if (!known.includes(customer)) {
            const allowed = known.slice(0, 12).join(', ') || 'nothing: there are no customers';
            throw new ValidationError([validationError('customer', `${customer} is no customer`, allowed)]);
          }
          const id = `P${(events.at(-1)?.seq ?? 0) + 1}`;
          const at = now();
          const times = { addedAt: at, changedAt: at, erasedAt: null, mutedAt: notices ? null : at };
          const contact: Contact = { id, customer, ...data, ...times };
          return Promise.resolve({
            result: contact,
            actions: [{ type: 'contact-added', id, customer }],
            write: (links) => contacts.put(contact, links),
          });
        },
      }),
    correct: (actor, id, { notices, ...data }) =>
      committed({
        ...ledgerContext,
        actor,
        decide: async () => {
          const before = await standing(id);
          const isMuted = notices === undefined ? before.mutedAt !== null : !notices;
          const mutedAt = isMuted ? (before.mutedAt ?? now()) : null;
          const contact: Contact = { ...before, ...data, mutedAt, changedAt: now() };
          mustFit(contact);
          const changed: string[] = fields.filter((field) => contact[field] !== before[field]);
          if (mutedAt !== before.mutedAt) changed.push('notices');
          return {
            result: changed.length === 0 ? before : contact,
            actions: changed.length === 0 ? [] : [{ type: 'contact-corrected', id, fields: changed }],
            write: (links) => contacts.put(contact, links),
          };
        },
      }),
    erase: (actor, id) =>
      committed({
        ...ledgerContext,
        actor,
        decide: async () => {
          const { customer, addedAt, mutedAt } = await standing(id);
          const at = now();
          const nothing = { name: null, email: null, phone: null };
          const contact: Contact = {
            id,
            customer,
            ...nothing,
            addedAt,
            changedAt: at,
            erasedAt: at,
            mutedAt,
          };
          return {
            result: contact,
            actions: [{ type: 'contact-erased', id }],
            write: (links) => contacts.put(contact, links),
          };
        },
      }),
  };
}

function mustFit(data: PersonData): void {
  const refusals: ValidationIssue[] = [];
  const check = (field: (typeof fields)[number], fits: (text: string) => boolean, allowed: string): void => {
    const text = data[field];
    if (text !== null && (text.length > 200 || hasControls(text) || !fits(text)))
      refusals.push(validationError(field, `${JSON.stringify(text)} can't be one`, allowed));
  };
  check('name', (text) => text.trim() !== '', 'one line of 1 to 200 characters');
  check('email', (text) => mailAddressFault(text) === null, 'an address as ann@bank.example');
  check('phone', (text) => /^\+?[\d ()./-]{3,40}$/.test(text), 'digits, as +852 1234 5678');
  if (refusals.length > 0) throw new ValidationError(refusals);
  if (fields.some((field) => data[field] !== null)) return;
  throw new ValidationError([
    validationError(
      'name',
      'is missing, as e-mail and phone are',
      'at least one of the three; or erase the person',
    ),
  ]);
}
