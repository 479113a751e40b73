import { z } from 'zod';
import { bookLists, type BookList } from '../../core/customer/entered.js';
import { isLocalDate, localDateRule } from '../../core/time/date.js';
import { amount, digits, isoTime } from '../route/answers.js';

const day = () => z.string().refine(isLocalDate).meta({ description: localDateRule });
const origin = z
  .strictObject({ file: z.string().nullable(), entry: z.string().nullable() })
  .nullable()
  .meta({ description: 'the file that has it, or the entry that added it; null for who sees its own only' });
const texts = z.array(z.string());

const terms = z.strictObject({
  ...{ from: day(), plan: z.string(), class: z.string(), lines: texts, paths: texts },
  ...{ currency: z.string(), rent: amount(), taxPercent: digits().nullable() },
});

/** An item of each list. */
export const items: Record<BookList, z.ZodObject> = {
  customers: z.strictObject({
    ...{ id: z.string(), name: z.string(), locale: z.string(), timeZone: z.string(), origin },
  }),
  sites: z.strictObject({ id: z.string(), customer: z.string(), name: z.string(), origin }),
  lines: z.strictObject({ id: z.string(), pop: z.string(), origin }),
  resale: z.strictObject({
    ...{ seller: z.string(), buyer: z.string(), from: day(), to: day().nullable(), origin },
  }),
  services: z.strictObject({
    ...{ id: z.string(), customer: z.string(), site: z.string(), start: day(), end: day().nullable() },
    terms: z.array(terms),
    origin,
  }),
};

const written = z.record(z.string(), z.union([z.string(), texts]));

export const enteredItem = z.strictObject({
  ...{ entry: z.string(), list: z.enum(bookLists), item: written, changes: z.array(written) },
  withdrawn: z.boolean(),
  entries: z.array(
    z.strictObject({
      ...{ id: z.string(), does: z.enum(['add', 'change', 'end', 'withdraw']), of: z.string().nullable() },
      ...{ actor: z.string(), at: isoTime(), reason: z.string().nullable(), withdrawn: z.boolean() },
    }),
  ),
});

export const entry = {
  status: 201,
  description: 'entered',
  schema: z.strictObject({ entry: z.string() }),
} as const;
