import { z } from 'zod';
import type { Config } from '../../config/config.js';
import { windowKinds } from '../../core/standing.js';
import { targetKinds } from '../../core/target-kinds.js';
import { type TicketActor, ticketChannels, ticketStates } from '../../core/ticket/actions.js';
import type { Ticket } from '../../core/ticket/report.js';
import { suggestedMetrics } from '../../core/ticket/suggestion.js';
import { forCustomer } from '../../core/ticket/visibility.js';
import type { EpochMs } from '../../core/types.js';
import { isoInstant } from '../../render/figures.js';
import type { Caller } from '../access/caller.js';
import { attachment } from '../ledger/answers.js';
import { ForbiddenError } from '../problem.js';
import { isoTime } from '../route/route.js';

const text = () => z.string().nullable();
const actor = z.strictObject({ name: z.string(), side: z.enum(['customer', 'noc', 'system']) });
const clock = z
  .strictObject({
    targetMs: z.int(),
    elapsedMs: z.int(),
    leftMs: z.int(),
    running: z.boolean(),
    met: z.boolean().nullable(),
    dueAt: isoTime().nullable(),
  })
  .nullable();
const window = z.enum(windowKinds);

export const report = z.strictObject({
  id: z.string(),
  number: z.int(),
  state: z.enum(ticketStates),
  customer: z.string(),
  path: text(),
  service: text(),
  since: isoTime(),
  subject: z.string(),
  text: z.string(),
  severity: z.string(),
  kind: z.string(),
  channel: z.enum(ticketChannels),
  reporter: text(),
  evidence: z.strictObject({ sha256: z.string(), bytes: z.int(), window }).nullable(),
  attachments: z.array(attachment),
  /** Files that another system has, by their addresses. */
  links: z.array(z.strictObject({ name: z.string(), url: z.string() })),
  priority: z.string().optional(),
  requestedResolutionAt: isoTime().optional(),
  incident: z.string(),
  plan: text(),
  externalIds: z.array(z.strictObject({ id: z.string(), owner: text(), type: text() })),
  filedAt: isoTime(),
  filedBy: actor,
  updatedAt: isoTime(),
  owner: text(),
  offer: z.strictObject({ to: z.string(), by: z.string(), reason: text() }).nullable(),
  targets: z.strictObject({ firstResponse: clock, repair: clock }),
  history: z.array(z.strictObject({ at: isoTime(), actor, state: z.enum(ticketStates), reason: text() })),
  comments: z.array(
    z.strictObject({
      seq: z.int(),
      at: isoTime(),
      actor,
      text: z.string(),
      internal: z.boolean(),
      attachments: z.array(attachment),
    }),
  ),
  entries: z.array(
    z.strictObject({ what: z.enum(['outage', 'exclusion']), id: z.string(), at: isoTime(), actor }),
  ),
  seq: z.int(),
  hash: z.string(),
  /** What the caller may do with it now. */
  allowed: z.array(z.string()),
});

export const suggestion = z.strictObject({
  path: z.string(),
  metrics: z.array(z.enum(suggestedMetrics)),
  firstSlot: isoTime(),
  lastSlot: isoTime(),
  raisedAt: isoTime(),
  endedSlot: isoTime().nullable(),
});

const metric = { band: text(), held: z.int(), due: z.int() };
export const band = z.strictObject({
  path: z.string(),
  plan: z.string(),
  window,
  from: isoTime(),
  to: isoTime(),
  latency: z.strictObject({
    us: z.int().nullable(),
    commitmentUs: z.int().nullable(),
    excessPercent: text(),
    ...metric,
  }),
  loss: z.strictObject({ ppm: z.int().nullable(), ...metric }),
});

export const target = z.strictObject({
  id: z.string(),
  customer: text(),
  kind: z.enum(targetKinds),
  address: z.string(),
  language: z.string(),
  events: z.array(z.string()),
  signed: z.boolean(),
  createdAt: isoTime(),
  createdBy: z.string(),
  /** When it answered 410: nothing is sent there any more. */
  goneAt: isoTime().nullable(),
});

export const message = z.strictObject({
  id: z.int(),
  key: z.string(),
  target: z.string(),
  event: z.string(),
  about: z.string(),
  createdAt: isoTime(),
  dueAt: isoTime(),
  attempts: z.int(),
  state: z.enum(['waiting', 'sent', 'dead', 'dropped']),
  lastError: text(),
  settledAt: isoTime().nullable(),
});

/** On whose side a caller acts: whoever reaches everything belongs to the operator. */
export const actorOf = ({ principal, reach }: Caller): TicketActor => ({
  name: principal.name,
  side: reach === 'all' ? 'noc' : 'customer',
  customer: reach === 'all' ? null : principal.customer,
});

export const dayOf = (now: EpochMs): string => isoInstant(now).slice(0, 10);

/**
 * A report as a caller may see it; null: as if there were none. What was settled before a resale link began was said to
 * another seller, or to none.
 */
export function shownTo(caller: Caller, report: Ticket, now: EpochMs): Ticket | null {
  if (caller.reach === 'all') return report;
  const settled = ['closed', 'rejected', 'withdrawn'].includes(report.state);
  const days = [dayOf(now), ...(settled ? [dayOf(report.updatedAt)] : [])];
  return days.every((day) => caller.sees(report.customer, day)) ? forCustomer(report) : null;
}

/**
 * A target of a customer that sells is notified of its buyers' reports too: whoever may not see those may make none. Throws
 * `Forbidden`.
 */
export function checkMayBeNotified(caller: Caller, { book }: Config): void {
  const { reach, principal } = caller;
  // Whatever a target is notified of, its maker has to be allowed to read.
  if (!caller.may('faults:read'))
    throw new ForbiddenError(`${principal.name} may not read what a target is told of (faults:read)`);
  if (reach === 'all' || principal.roles.includes('reseller')) return;
  if (book.resale.some(({ seller }) => seller === principal.customer))
    throw new ForbiddenError(
      `${principal.name} may not see what is told to a reseller; allowed: somebody with the role reseller`,
    );
}
