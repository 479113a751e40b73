import type { Config } from '../../config/config.js';
import { type Role, isTenantRole } from '../../core/access/rules.js';
import type { BillingNotice } from '../../core/billing/notices.js';
import { mailAddressFault } from '../../core/target-kinds.js';
import type { AccessStore, Contact, UserRecord } from '../../store/access-store.js';
import type { NotifyTarget } from '../../store/statement-store.js';
import type { Store } from '../../store/store.js';

/** Where everybody is found who gets messages: targets that somebody added, and people with an address. */
export interface RecipientStore extends Pick<Store, 'targets' | 'contacts'> {
  readonly access: Pick<AccessStore, 'users'>;
}

/** Somebody who is told of the books without a target of its own, as the target that it would have. */
export interface Recipient {
  readonly target: NotifyTarget;
  readonly concerns: (notice: BillingNotice) => boolean;
}

type Settings = Pick<Config, 'notifications' | 'book'>;

const contactPrefix = 'contact:';
const userPrefix = 'user:';
/** Who of the operator's people works with statements and credits. */
const bookRoles: readonly Role[] = ['finance', 'approver'];

/** The people with an address whom statements and credits concern. None where no mail is sent. */
export async function recipientsOf(store: RecipientStore, config: Settings): Promise<Recipient[]> {
  const { smtp, people } = config.notifications;
  if (smtp === null || !people) return [];
  const contacts = (await store.contacts.list()).flatMap((contact) => {
    const target = targetOfContact(contact, config);
    return target === null ? [] : [{ target, concerns: concernsCustomer(contact.customer) }];
  });
  const users = (await store.access.users.list()).flatMap((user): Recipient[] => {
    const target = targetOfUser(user, config);
    if (target === null) return [];
    if (user.roles.some((role) => bookRoles.includes(role))) return [{ target, concerns: () => true }];
    const isTenant = user.customer !== null && user.roles.some(isTenantRole);
    return isTenant ? [{ target, concerns: concernsCustomer(user.customer) }] : [];
  });
  return [...contacts, ...users];
}

/**
 * Where a message goes. The outbox has no address of a person: an address that was corrected since counts as it is now, and
 * who was erased, silenced or locked out gets nothing any more (null).
 */
export async function recipientOf(
  store: RecipientStore,
  id: string,
  config: Settings,
): Promise<NotifyTarget | null> {
  if (id.startsWith(contactPrefix)) {
    const contact = await store.contacts.get(id.slice(contactPrefix.length));
    return contact && targetOfContact(contact, config);
  }
  if (id.startsWith(userPrefix)) {
    const user = await store.access.users.find(id.slice(userPrefix.length));
    return user && targetOfUser(user, config);
  }
  return store.targets.get(id);
}

const concernsCustomer =
  (customer: string | null) =>
  ({ party }: BillingNotice): boolean =>
    party === customer;

function targetOfContact(contact: Contact, config: Settings): NotifyTarget | null {
  const { id, customer, email, addedAt, erasedAt, mutedAt } = contact;
  if (erasedAt !== null || mutedAt !== null) return null;
  return mailTarget({ id: `${contactPrefix}${id}`, customer, email, createdAt: addedAt }, config);
}

function targetOfUser(user: UserRecord, config: Settings): NotifyTarget | null {
  const { name, customer, email, createdAt, disabledAt } = user;
  if (disabledAt !== null) return null;
  return mailTarget({ id: `${userPrefix}${name}`, customer, email, createdAt }, config);
}

function mailTarget(
  { email, ...of }: Pick<NotifyTarget, 'id' | 'customer' | 'createdAt'> & { readonly email: string | null },
  { book, notifications }: Settings,
): NotifyTarget | null {
  if (email === null || mailAddressFault(email) !== null) return null;
  const locale = book.customers.find(({ id }) => id === of.customer)?.locale ?? notifications.language;
  const rest = { kind: 'mail', secret: null, events: ['*'], query: null, createdBy: 'pop-sla' } as const;
  return { ...of, ...rest, address: email, language: locale };
}
