import { randomBytes, randomUUID } from 'node:crypto';
import { BlockList, isIP } from 'node:net';
import type { Config } from '../../config/config.js';
import type { Network } from '../../config/scalars.js';
import { type Rejection, validationError } from '../../core/ledger/errors.js';
import { actorFault } from '../../core/ledger/proposals.js';
import { networkEventNames } from '../../core/network-event.js';
import { incidentKinds, isReadyMade, mailAddressFault, type TargetKind } from '../../core/target-kinds.js';
import { billingEvents } from '../../core/billing/notices.js';
import { notifiableEvents } from '../../core/ticket/visibility.js';
import type { EpochMs } from '../../core/types.js';
import { reportLanguages } from '../../i18n/languages.js';
import { notifyLanguage } from '../../i18n/mail.js';
import { ticketEvents } from '../../render/tmf.js';
import type { NotifyTarget, TargetStore } from '../../store/statement-store.js';
import { ValidationError } from '../ledger/entries.js';

/**
 * Addresses that webhooks must not go to unless allowed: loopback, private networks, link-local, carrier-grade NAT,
 * documentation, benchmarks, multicast and formats that embed another address (IANA's special-purpose registries).
 */
const special: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

const refused = listOf(special.map(([address, prefix]) => ({ address, prefix })));
/** All global unicast addresses of IPv6; others are not Internet addresses. */
const globalV6 = listOf([{ address: '2000::', prefix: 3 }]);

function listOf(networks: readonly Network[]): BlockList {
  const list = new BlockList();
  for (const { address, prefix } of networks)
    list.addSubnet(address, prefix, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  return list;
}

/** Functions that decide whether a webhook may go to an address: it must be on the Internet or explicitly allowed. */
export function addressRules(allow: readonly Network[]): {
  readonly may: (address: string) => boolean;
  /** Whether the address is on an allowed internal network, where plain http suffices. */
  readonly isOperatorAddress: (address: string) => boolean;
} {
  const allowed = listOf(allow);
  const isOperatorAddress = (address: string): boolean => {
    const bare = unmapped(address);
    return isIP(bare) !== 0 && allowed.check(bare, isIP(bare) === 6 ? 'ipv6' : 'ipv4');
  };
  return {
    isOperatorAddress,
    may(address) {
      const bare = unmapped(address);
      const family = isIP(bare);
      if (family === 0) return false;
      if (isOperatorAddress(bare)) return true;
      if (family === 4) return !refused.check(bare, 'ipv4');
      return globalV6.check(bare, 'ipv6') && !refused.check(bare, 'ipv6');
    },
  };
}

/** `::ffff:127.0.0.1` as `127.0.0.1`, in any spelling. */
function unmapped(address: string): string {
  const bare = address.replace(/%.*$/, '');
  if (isIP(bare) !== 6) return bare;
  const canonical = new URL(`http://[${bare}]`).hostname.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(canonical);
  if (!mapped?.[1] || !mapped[2]) return canonical;
  const [high, low] = [Number.parseInt(mapped[1], 16), Number.parseInt(mapped[2], 16)];
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

export interface TargetRequest {
  /** Null: a target of the operator. */
  readonly customer: string | null;
  readonly kind: TargetKind;
  readonly address: string;
  /** Null: a secret is generated. */
  readonly secret: string | null;
  /** Null: the customer's language, else that of the configuration. */
  readonly language: string | null;
  readonly events: readonly string[];
  readonly query: string | null;
}

export interface TargetService {
  /** Resolves to the target with its secret, which is not shown again. Rejects with a `ValidationError`. */
  add(actor: string, request: TargetRequest): Promise<NotifyTarget>;
  list(): Promise<NotifyTarget[]>;
  get(id: string): Promise<NotifyTarget | null>;
  /** Rejects with a `ValidationError` where there is none. */
  remove(id: string): Promise<void>;
}

interface TargetServiceOptions {
  readonly targets: TargetStore;
  readonly config: () => Config;
  readonly now: () => EpochMs;
}

const maxTargets = 1000;
/**
 * The most targets of one customer, so that it can't use up the space of others or have each message sent a thousand
 * times.
 */
const maxOfCustomer = 20;

/** Manages who is notified of what, and where: preferences of customers, and webhooks of other systems. */
export function createTargetService({ targets, config, now }: TargetServiceOptions): TargetService {
  return {
    async add(actor, request) {
      const faults = targetFaults(request, config());
      const nobody = actorFault(actor);
      if (nobody) faults.push(nobody);
      const all = await targets.list();
      const own = all.filter(({ customer }) => customer !== null && customer === request.customer);
      for (const [list, most] of [[all, maxTargets] as const, [own, maxOfCustomer] as const])
        if (list.length >= most)
          faults.push(
            validationError('targets', `are ${most}`, 'one less before another', ['too-many', most, most]),
          );
      if (faults.length > 0) throw new ValidationError(faults);
      const { customer, kind, address, events, query } = request;
      const { book, notifications } = config();
      const locale = book.customers.find(({ id }) => id === customer)?.locale ?? notifications.language;
      const made = kind === 'webhook' ? randomBytes(32).toString('base64url') : null;
      const target: NotifyTarget = {
        id: randomUUID(),
        customer,
        kind,
        address,
        events,
        query,
        secret: request.secret ?? made,
        language: request.language ?? notifyLanguage(locale),
        createdAt: now(),
        createdBy: actor.trim(),
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

export const noSuchTarget = (id: string): ValidationError =>
  new ValidationError([
    validationError('id', `is no target: ${JSON.stringify(id)}`, 'an id as the list gives it', [
      'no-such',
      id,
    ]),
  ]);

/** All errors of a target. */
function targetFaults(request: TargetRequest, config: Config): Rejection[] {
  const { customer, kind, address, secret, language, events } = request;
  const faults: Rejection[] = [];
  const customers = config.book.customers.map(({ id }) => id);
  if (customer !== null && !customers.includes(customer)) {
    const known = customers.slice(0, 12).join(', ');
    faults.push(
      validationError('customer', `is unknown, ${JSON.stringify(customer)}`, known || 'there are none', [
        'not-known',
        customer,
      ]),
    );
  }
  faults.push(
    ...(kind === 'mail'
      ? [mailAddressFault(address)].flatMap((fault) => fault ?? [])
      : urlFaults(address, customer === null ? config.notifications.allow : [])),
  );
  if (secret !== null && !/^[\x21-\x7e]{16,200}$/.test(secret))
    faults.push(
      validationError('secret', 'is too short, or has blanks', '16 to 200 visible ASCII characters', [
        'bad-secret',
      ]),
    );
  if (language !== null && !(reportLanguages as readonly string[]).includes(language))
    faults.push(
      validationError('language', `is not known, ${JSON.stringify(language)}`, reportLanguages.join(', '), [
        'not-known',
        language,
      ]),
    );
  const names = eventsOf(kind, customer);
  if (customer !== null && isReadyMade(kind))
    faults.push(
      validationError('kind', `is ${kind}, for the operator only`, 'webhook, mail', ['not-known', kind]),
    );
  if (secret === null && incidentKinds.some((each) => each === kind))
    faults.push(validationError('secret', 'is missing', `the key that ${kind} gave`, ['missing']));
  const unknown = events.filter((event) => event !== '*' && !names.includes(event));
  if (events.length === 0 || unknown.length > 0)
    faults.push(
      validationError(
        'events',
        unknown[0] === undefined ? 'are missing' : `has ${JSON.stringify(unknown[0])}`,
        `*, or of ${names.join(', ')}`,
        unknown[0] === undefined ? ['missing'] : ['not-known', unknown[0]],
      ),
    );
  return faults;
}

/** What a target can be notified of: events of the network are the operator's own. */
function eventsOf(kind: TargetKind, customer: string | null): readonly string[] {
  if (kind === 'tmf') return ticketEvents;
  if (isReadyMade(kind)) return networkEventNames;
  const ofAll = [...notifiableEvents, ...billingEvents];
  return customer === null ? [...ofAll, ...networkEventNames] : ofAll;
}

/**
 * `allow`: the networks that the operator opened, which are for its own targets only.
 * Names are resolved when a message is sent, because they may have another address then.
 */
function urlFaults(address: string, allow: readonly Network[]): Rejection[] {
  const allowed = 'https://host/path, without user and password';
  // URL parsers ignore line ends, but later readers of the address may not.
  if (address.length > 2000 || /[\s\p{Cc}\p{Cs}]/u.test(address) || !URL.canParse(address))
    return [validationError('address', 'is no URL', allowed, ['no-url'])];
  const { protocol, hostname, username, password, hash } = new URL(address);
  if (username !== '' || password !== '' || hash !== '')
    return [validationError('address', 'has a user, a password or a fragment', allowed, ['url-parts'])];
  if (protocol !== 'https:' && protocol !== 'http:')
    return [validationError('address', `is of ${protocol}`, allowed, ['url-scheme'])];
  const host = hostname.replace(/^\[|\]$/g, '');
  const rules = addressRules(allow);
  if (isIP(host) !== 0 && !rules.may(host)) {
    const what = `is ${host}, an address that webhooks may not go to`;
    return [
      validationError(
        'address',
        what,
        'an address of the Internet, or of a network in notifications.webhooks.allow',
        ['private-address', host],
      ),
    ];
  }
  const house = allow.length > 0;
  if (protocol === 'http:' && (!house || (isIP(host) !== 0 && !rules.isOperatorAddress(host))))
    return [
      validationError(
        'address',
        'is of http',
        `${allowed}; http for networks in notifications.webhooks.allow only`,
        ['plain-http'],
      ),
    ];
  return [];
}
