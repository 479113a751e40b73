import { z } from 'zod';
import { creditStatuses } from '../../core/billing/credit.js';
import { disputeStates } from '../../core/billing/disputes.js';
import { digits, isoTime } from '../route/answers.js';

const text = z.string();
const textOrNull = z.string().nullable();

export const summary = z.strictObject({
  ...{ id: text, month: text, service: text, customer: text, site: text, revision: z.int() },
  ...{ state: z.enum(['draft', 'sealed']), currency: text, rent: digits(), credit: digits() },
  ...{ complete: z.boolean(), hash: text, at: isoTime(), sealedBy: textOrNull },
  changed: z
    .strictObject({ at: isoTime(), why: z.array(text) })
    .nullable()
    .meta({ description: 'what a sealed statement rests on is another by now' }),
});

/** The document as it is hashed; what a draft has no seal of is left out. */
export const statement = z.looseObject({
  document: z
    .looseObject({ format: text, id: text, month: text, service: text, revision: z.int() })
    .meta({ description: 'a pop-sla-statement/2 (or /1, of the first rule set), as it is hashed and signed' }),
  ...{ hash: text.optional(), key: text.optional(), signature: text.optional() },
  ...{ sealedAt: text.optional(), sealedBy: text.optional() },
});

export const outcome = z.strictObject({
  id: text,
  outcome: z.enum(['sealed', 'already-sealed', 'unchanged', 'incomplete', 'refused']),
  ...{ revision: z.int().nullable(), hash: textOrNull, credit: digits(), currency: text },
  ...{ creditDifference: digits().nullable(), why: z.array(text) },
});

export const credit = z.strictObject({
  ...{ id: text, statement: text, revision: z.int(), kind: z.enum(['credit', 'adjustment', 'reversal']) },
  ...{ of: textOrNull, month: text, service: text, customer: text, site: text, currency: text },
  ...{ gross: digits(), tax: digits().nullable(), net: digits().nullable(), claimBy: textOrNull },
  ...{ status: z.enum(creditStatuses), createdAt: isoTime(), changedAt: isoTime(), cursor: z.int() },
  ...{ note: textOrNull, remindedAt: isoTime().nullable() },
});
export const credits = z.strictObject({ credits: z.array(credit) });
export const feed = z.strictObject({
  credits: z.array(credit),
  cursor: z.int().meta({ description: 'the `since` to ask with next time' }),
});

export const dispute = z.strictObject({
  ...{ id: text, statement: text, revision: z.int(), state: z.enum(disputeStates), text },
  ...{ contact: textOrNull, openedBy: text, openedAt: isoTime() },
  words: z.array(z.strictObject({ state: z.enum(disputeStates), by: text, at: isoTime(), text })),
});

export const person = z.strictObject({
  ...{ id: text, customer: text, name: textOrNull, email: textOrNull, phone: textOrNull },
  ...{ addedAt: isoTime(), changedAt: isoTime(), erasedAt: isoTime().nullable() },
});
