import cookie from '@fastify/cookie';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Config } from '../../config/config.js';
import type { Trace } from '../../core/access/claims.js';
import {
  type Action,
  decide,
  isTenantRole,
  type Principal,
  type Reach,
  rules,
} from '../../core/access/rules.js';
import { tenantScope, type TenantScope, seesAmounts, seesCustomer } from '../../core/access/tenant.js';
import type { CustomerRegistry } from '../../core/customer/book.js';
import type { LocalDate } from '../../core/time/calendar.js';
import type { EpochMs } from '../../core/types.js';
import { isoInstant } from '../../render/figures.js';
import { leaveTrace } from '../../services/access/registry.js';
import type { TrailStore } from '../../store/access-store.js';
import { ForbiddenError, type HttpLog } from '../problem.js';
import { checkCsrfField, checkCsrfHeader, type Identified } from './identify.js';

/** Whoever asks for something that it may ask for, and how far its answer may reach. */
export interface Caller {
  readonly principal: Principal;
  readonly action: Action;
  /** `own`: the route leaves out what `sees` is false of. */
  readonly reach: Reach;
  /** Whether what belongs to that customer, as of that day, may be in the answer. */
  readonly sees: (customer: string, day: LocalDate) => boolean;
  /** Whether its amounts may. Asked of each amount that is shown: a yes is a look, and goes to the trail. */
  readonly seesAmounts: (customer: string, day: LocalDate) => boolean;
  /** The customers that it sees today; null where its reach is everything. */
  readonly customersSeen: () => readonly string[] | null;
  /** What of the book is its own; null where its reach is everything. */
  readonly scope: () => TenantScope | null;
  /** Whether an amount was shown until now. */
  readonly sawAmounts: () => boolean;
  /** Whether whoever it is may do something else, as far as the roles and scopes go. */
  readonly may: (action: Action) => boolean;
  /**
   * The same one asking for something else on the way; what it sees is noted with what it saw here. Throws `Forbidden`
   * where it may not, and for a write out of a read: nothing has checked that it is meant.
   */
  readonly as: (action: Action) => Caller;
}

export function callerOf(
  principal: Principal,
  action: Action,
  reach: Reach,
  book: CustomerRegistry,
  today: LocalDate,
): Caller {
  return makeCaller({ principal, action, reach, book, today, saw: { amounts: false } });
}

interface CallerContext {
  readonly principal: Principal;
  readonly action: Action;
  readonly reach: Reach;
  readonly book: CustomerRegistry;
  readonly today: LocalDate;
  /** Shared by all that one request asks for. */
  readonly saw: { amounts: boolean };
}

function makeCaller(makings: CallerContext): Caller {
  const { principal, action, reach, book, today, saw } = makings;
  const sees: Caller['sees'] = (customer, day) => seesCustomer({ principal, reach }, book, customer, day);
  return {
    principal,
    action,
    reach,
    sees,
    seesAmounts: (customer, day) => {
      const seen = seesAmounts(principal, book, customer, day);
      saw.amounts ||= seen;
      return seen;
    },
    customersSeen: () =>
      reach === 'all' ? null : book.customers.map(({ id }) => id).filter((id) => sees(id, today)),
    scope: () => (reach === 'all' ? null : ownOf(makings, sees)),
    sawAmounts: () => saw.amounts,
    may: (other) => decide(principal, other).allowed,
    as: (other) => {
      if (rules[other].kind === 'write' && rules[action].kind !== 'write')
        throw new Error(`${other} writes, and ${action} does not`);
      return makeCaller({ ...makings, action: other, reach: allowedReach(principal, other) });
    },
  };
}

/** By the book, and by what decides who sees what of it. */
const things = new WeakMap<CustomerRegistry, Map<string, TenantScope>>();

/** Worked out once for everybody who stands where this one stands, as long as the book is the same. */
function ownOf({ principal, book }: CallerContext, sees: Caller['sees']): TenantScope {
  const known = things.get(book) ?? new Map<string, TenantScope>();
  things.set(book, known);
  const place = JSON.stringify([principal.customer, principal.roles.filter(isTenantRole).sort()]);
  const scope = known.get(place) ?? tenantScope(book, sees);
  known.set(place, scope);
  return scope;
}

/** How far it reaches; throws `Forbidden` where somebody may not do it at all. */
function allowedReach(principal: Principal, action: Action): Reach {
  const decision = decide(principal, action);
  if (decision.allowed) return decision.reach;
  const why = decision.why === 'scope' ? `the token's scopes don't cover it` : `its roles don't allow it`;
  throw new ForbiddenError(`${principal.name} may not do ${action} (${rules[action].kind}): ${why}`);
}

/** Where the page that describes the routes is. */
export const docs = '/docs';

interface AdmitOptions {
  readonly config: () => Config;
  /** Who sends this; rejects where nobody can be told. */
  readonly identify: (request: FastifyRequest, action: Action) => Promise<Identified>;
  readonly now: () => EpochMs;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Whoever sends it, whether it may or not; null until that is known. */
    identified: (Identified & { readonly action: Action }) | null;
    /** The session's, which the body has to hold. */
    csrfInBody: string | null;
  }
}

/** Lets nobody pass whom the rules don't let: before a body is read, and for every route that there is. */
export function admit(server: FastifyInstance, { config, identify, now }: AdmitOptions): void {
  server.register(cookie);
  server.decorateRequest('caller', null);
  server.decorateRequest('identified', null);
  server.decorateRequest('csrfInBody', null);
  server.addHook('onRoute', (route) => {
    // The routes of the page are not ours to declare.
    if (route.url === docs || route.url.startsWith(`${docs}/`)) route.config = { access: 'open' };
    if (route.config?.access === undefined)
      throw new Error(`${String(route.method)} ${route.url} declares no access`);
  });
  // Plug-ins first: the cookies have to be read.
  server.register((_server, _options, done) => {
    server.addHook('onRequest', async (request) => {
      const { access } = request.routeOptions.config;
      if (access === 'open' || request.is404) return;
      if (access === undefined) throw new ForbiddenError('nobody may ask for this');
      const identified = await identify(request, access);
      const { principal, session } = identified;
      request.identified = { ...identified, action: access };
      const { kind } = rules[access];
      if (session !== null && kind === 'write' && checkCsrfHeader(request, session.csrf) === 'form') {
        request.csrfInBody = session.csrf;
      }
      const reach = allowedReach(principal, access);
      const today = isoInstant(now()).slice(0, 10);
      request.caller = callerOf(principal, access, reach, config().book, today);
    });
    done();
  });
  server.addHook('preValidation', (request, _reply, done) => {
    if (request.csrfInBody !== null) checkCsrfField(request, request.csrfInBody);
    done();
  });
}

interface TrailOptions {
  readonly trail: Pick<TrailStore, 'append'>;
  readonly now: () => EpochMs;
  readonly log: HttpLog;
}

/** The path that was asked for, at most 300 characters of it. */
const targetOf = ({ url }: FastifyRequest): string => (url.split('?')[0] ?? '').slice(0, 300);

/**
 * Writes down every writing action, whether it was allowed or not, and every look at an amount, before the answer
 * goes out. A look that can't be written down is not granted; what was written can't be taken back, and is logged.
 */
export function keepTrail(server: FastifyInstance, { trail, now, log }: TrailOptions): void {
  server.addHook('onSend', async (request, reply, payload) => {
    const { identified, caller } = request;
    if (identified === null) return payload;
    const writes = rules[identified.action].kind === 'write';
    // As long as nobody signs in there is nobody to write down.
    const amounts = caller?.sawAmounts() === true && identified.principal.via !== 'open';
    if (!writes && !amounts) return payload;
    const { principal, action } = identified;
    const trace: Trace = {
      at: now(),
      principal: principal.id,
      name: principal.name,
      from: request.ip,
      action,
      target: targetOf(request),
      status: reply.statusCode,
      amounts,
    };
    try {
      await leaveTrace(trail, trace);
    } catch (error) {
      log.error({ err: error, ...trace }, 'the trail could not be written');
      if (!writes && reply.statusCode < 400) throw error;
    }
    return payload;
  });
}
