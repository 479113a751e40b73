import { randomBytes, randomUUID } from 'node:crypto';
import { isIP } from 'node:net';
import type { Config } from '../../config/config.js';
import { toldEvents } from '../../core/fault/told.js';
import { refuse, type Refusal } from '../../core/ledger/refusal.js';
import { actorFault } from '../../core/ledger/decide.js';
import type { EpochMs } from '../../core/types.js';
import { notifyLanguage, notifyLanguages } from '../../render/notify/languages.js';
import { ticketEvents } from '../../render/tmf/event.js';
import type { NotifyTarget, TargetKind, TargetStore } from '../../store/notify-store.js';
import { Refused } from '../ledger/enter.js';
import { addressRules } from './address.js';

export interface TargetRequest {
  /** Null: the operator's own. */
  readonly customer: string | null;
  readonly kind: TargetKind;
  readonly address: string;
  /** Null: one is made. */
  readonly secret: string | null;
  /** Null: the customer's own language. */
  readonly language: string | null;
  readonly events: readonly string[];
  readonly query: string | null;
}

export interface TargetDesk {
  /** Resolves to the target with its secret, which is never shown again. Rejects with `Refused`. */
  add(actor: string, request: TargetRequest): Promise<NotifyTarget>;
  list(): Promise<NotifyTarget[]>;
  get(id: string): Promise<NotifyTarget | null>;
  /** Rejects with `Refused` where there is none. */
  remove(id: string): Promise<void>;
}

export interface TargetDeskOptions {
  readonly targets: TargetStore;
  readonly config: () => Config;
  readonly now: () => EpochMs;
}

const mostTargets = 1000;
/** Of one customer: it can't take away the others' room, or have each of its words sent a thousand times. */
const mostOfCustomer = 20;

/** Who is told of what, and where: preferences of customers, and listeners of other systems. */
export function createTargetDesk({ targets, config, now }: TargetDeskOptions): TargetDesk {
  return {
    async add(actor, request) {
      const faults = targetFaults(request, config());
      const nobody = actorFault(actor);
      if (nobody) faults.push(nobody);
      const all = await targets.list();
      const own = all.filter(({ customer }) => customer !== null && customer === request.customer);
      for (const [list, most] of [[all, mostTargets] as const, [own, mostOfCustomer] as const])
        if (list.length >= most)
          faults.push(refuse('targets', `are ${most}`, 'one less before another', ['too-many', most, most]));
      if (faults.length > 0) throw new Refused(faults);
      const { customer, kind, address, events, query } = request;
      const locale = config().book.customers.find(({ id }) => id === customer)?.locale ?? 'en';
      const made = kind === 'webhook' ? randomBytes(32).toString('base64url') : null;
      const target: NotifyTarget = {
        ...{ id: randomUUID(), customer, kind, address, events, query },
        secret: request.secret ?? made,
        language: request.language ?? notifyLanguage(locale),
        ...{ createdAt: now(), createdBy: actor.trim() },
      };
      await targets.add(target);
      return target;
    },
    list: () => targets.list(),
    get: (id) => targets.get(id),
    async remove(id) {
      if (!(await targets.remove(id))) throw noSuchTarget(id);
    },
  };
}

export const noSuchTarget = (id: string): Refused =>
  new Refused([
    refuse('id', `is no target: ${JSON.stringify(id)}`, 'an id as the list gives it', ['no-such', id]),
  ]);

/** Everything that is wrong with a target. */
export function targetFaults(request: TargetRequest, config: Config): Refusal[] {
  const { customer, kind, address, secret, language, events } = request;
  const faults: Refusal[] = [];
  const customers = config.book.customers.map(({ id }) => id);
  if (customer !== null && !customers.includes(customer)) {
    const known = customers.slice(0, 12).join(', ');
    faults.push(
      refuse('customer', `is unknown, ${JSON.stringify(customer)}`, known || 'there are none', [
        'not-known',
        customer,
      ]),
    );
  }
  faults.push(...(kind === 'mail' ? mailFaults(address) : urlFaults(address, config)));
  if (secret !== null && !/^[\x21-\x7e]{16,200}$/.test(secret))
    faults.push(
      refuse('secret', 'is too short, or has blanks', '16 to 200 visible ASCII characters', ['bad-secret']),
    );
  if (language !== null && !(notifyLanguages as readonly string[]).includes(language))
    faults.push(
      refuse('language', `is not known, ${JSON.stringify(language)}`, notifyLanguages.join(', '), [
        'not-known',
        language,
      ]),
    );
  const names: readonly string[] = kind === 'tmf' ? ticketEvents : toldEvents;
  const unknown = events.filter((event) => event !== '*' && !names.includes(event));
  if (events.length === 0 || unknown.length > 0)
    faults.push(
      refuse(
        'events',
        unknown[0] === undefined ? 'are missing' : `has ${JSON.stringify(unknown[0])}`,
        `*, or of ${names.join(', ')}`,
        unknown[0] === undefined ? ['missing'] : ['not-known', unknown[0]],
      ),
    );
  return faults;
}

const mailFaults = (address: string): Refusal[] =>
  address.length <= 320 && /^[^\s\p{Cc}<>@,;:"\\()[\]]{1,64}@[^\s\p{Cc}<>@,;:"\\()[\]]{1,253}$/u.test(address)
    ? []
    : [
        refuse('address', 'is no e-mail address', 'one address, such as noc@customer.example', [
          'no-mail-address',
        ]),
      ];

/** Names are looked at when something is sent: they may lead elsewhere then. */
function urlFaults(address: string, { notifications }: Config): Refusal[] {
  const allowed = 'https://host/path, without user and password';
  // A parser of URLs overlooks line ends; whoever reads the address later does not.
  if (address.length > 2000 || /[\s\p{Cc}\p{Cs}]/u.test(address) || !URL.canParse(address))
    return [refuse('address', 'is no URL', allowed, ['no-url'])];
  const { protocol, hostname, username, password, hash } = new URL(address);
  if (username !== '' || password !== '' || hash !== '')
    return [refuse('address', 'has a user, a password or a fragment', allowed, ['url-parts'])];
  if (protocol !== 'https:' && protocol !== 'http:')
    return [refuse('address', `is of ${protocol}`, allowed, ['url-scheme'])];
  const host = hostname.replace(/^\[|\]$/g, '');
  const rules = addressRules(notifications.allow);
  if (isIP(host) !== 0 && !rules.may(host)) {
    const what = `is ${host}, an address that webhooks may not go to`;
    return [
      refuse('address', what, 'an address of the Internet, or of a network in notifications.webhooks.allow', [
        'private-address',
        host,
      ]),
    ];
  }
  const house = notifications.allow.length > 0;
  if (protocol === 'http:' && (!house || (isIP(host) !== 0 && !rules.isAllowedHouse(host))))
    return [
      refuse('address', 'is of http', `${allowed}; http for networks in notifications.webhooks.allow only`, [
        'plain-http',
      ]),
    ];
  return [];
}
