import { z } from 'zod';
import { statesOf, ticketStatuses, type TicketStatus } from '../../render/tmf/status.js';
import type { FaultState } from '../../core/fault/actions.js';
import { instant, text, words, type Reading } from '../route/input.js';

const whole = (name: string, least: number, most: number) =>
  text(
    (given): Reading<number> => {
      const value = /^\d{1,9}$/.test(given) ? Number(given) : -1;
      return value >= least && value <= most
        ? { value }
        : { detail: `is not in range; allowed: a whole number from ${least} to ${most}` };
    },
    { description: `${name}: a whole number from ${least} to ${most}`, maxLength: 9 },
  );

const statuses = () =>
  text(
    (given): Reading<FaultState[]> => {
      const list = given.split(',');
      return list.every((one): one is TicketStatus => (ticketStatuses as readonly string[]).includes(one))
        ? { value: list.flatMap(statesOf) }
        : { detail: `has an unknown status; allowed: ${ticketStatuses.join(', ')}` };
    },
    { description: `statuses with commas between them, of ${ticketStatuses.join(', ')}`, maxLength: 200 },
  );

export const ticketFields = z.strictObject({
  fields: words(1000).optional(),
});

/** The filters of TMF630 that are known here. */
export const ticketQuery = z.strictObject({
  ...{ fields: words(1000).optional(), offset: whole('offset', 0, 1_000_000).optional() },
  ...{ limit: whole('limit', 1, 200).optional(), status: statuses().optional() },
  ...{ 'creationDate.gte': instant().optional(), 'creationDate.lt': instant().optional() },
  'relatedParty.partyOrPartyRole.id': words(64).optional(),
});

const meta = {
  '@type': words(100).optional(),
  '@baseType': words(100).optional(),
  '@schemaLocation': words(2000).nullish(),
};

const note = z.looseObject({ ...meta, id: words(100).optional(), text: words(10_000) });
const external = z.looseObject({
  ...meta,
  ...{ id: words(100), owner: words(100).nullish(), externalIdentifierType: words(100).nullish() },
});

const named = z.looseObject({ id: words(200) });
const related = z.looseObject({
  ...meta,
  ...{ role: words(100).optional(), id: words(200).optional(), entity: named.optional() },
});
const party = z.looseObject({
  ...meta,
  ...{ role: words(100).optional(), id: words(200).optional(), partyOrPartyRole: named.optional() },
});
const attachment = z.looseObject({
  ...meta,
  ...{ name: words(200), content: z.string().max(14_000_000).optional(), url: words(2000).optional() },
});

/** What is posted: other systems send more than is understood here, and that is let be. */
export const ticketCreate = z.looseObject({
  '@type': z.literal('TroubleTicket').optional(),
  ...{ description: words(10_000), severity: words(50), ticketType: words(50), name: words(200).nullish() },
  externalIdentifier: z.array(external).max(20).nullish(),
  note: z.array(note).max(50).nullish(),
  relatedEntity: z.array(related).max(50).nullish(),
  relatedParty: z.array(party).max(50).nullish(),
  attachment: z.array(attachment).max(10).nullish(),
});
export type TicketCreate = z.output<typeof ticketCreate>;

/** A merge patch (RFC 7396) of what may be changed. */
export const ticketPatch = z.strictObject({
  ...meta,
  ...{ id: words(20).optional(), href: words(2000).optional() },
  status: z
    .enum(ticketStatuses)
    .optional()
    .meta({ description: ticketStatuses.join(', ') }),
  ...{
    statusChangeReason: words(10_000).nullish(),
    severity: words(50).optional(),
    name: words(200).optional(),
  },
  externalIdentifier: z.array(external).max(20).optional(),
  note: z.array(note).max(200).optional(),
});
export type TicketPatch = z.output<typeof ticketPatch>;

export const hubBody = z.strictObject({
  ...meta,
  ...{ id: words(100).optional(), callback: words(2000), query: words(1000).nullish() },
});
