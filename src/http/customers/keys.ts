import { z } from 'zod';
import type { BookList, WrittenItem } from '../../core/customer/entered.js';
import { words } from '../route/input.js';

// Null is what is left out.
const text = () => words().nullish();
const texts = () => z.array(words(200)).max(1000).meta({ description: 'a list of texts' }).nullish();

const terms = {
  ...{ plan: text(), class: text(), lines: texts(), paths: texts() },
  ...{ rent: text(), currency: text(), taxPercent: text() },
};
const said = { reason: text() };

export interface ListRoutes {
  /** What one of its items is called in the names of its routes. */
  readonly one: string;
  readonly add: z.ZodObject;
  /** Null: nothing of it can be changed. */
  readonly change: z.ZodObject | null;
  readonly ends: boolean;
}

/** What may be entered of each list, as a file of customers has it; what may stand in it the registry judges. */
export const listRoutes: Record<BookList, ListRoutes> = {
  customers: {
    one: 'Customer',
    add: z.strictObject({ id: text(), name: text(), locale: text(), timeZone: text(), ...said }),
    change: z.strictObject({ name: text(), locale: text(), timeZone: text(), ...said }),
    ends: false,
  },
  sites: {
    one: 'Site',
    add: z.strictObject({ id: text(), customer: text(), name: text(), ...said }),
    change: z.strictObject({ name: text(), ...said }),
    ends: false,
  },
  lines: {
    one: 'Line',
    add: z.strictObject({ id: text(), pop: text(), ...said }),
    change: null,
    ends: false,
  },
  resale: {
    one: 'ResaleLink',
    add: z.strictObject({ seller: text(), buyer: text(), from: text(), to: text(), ...said }),
    change: null,
    ends: true,
  },
  services: {
    one: 'Service',
    add: z.strictObject({
      ...{ id: text(), customer: text(), site: text(), start: text(), end: text() },
      ...{ ...terms, ...said },
    }),
    change: z.strictObject({ from: text(), ...terms, ...said }),
    ends: true,
  },
};

export const ending = z.strictObject({
  day: words(20).nullable().meta({ description: 'the first day without it; null: no end is known' }),
  ...said,
});
export const withdrawal = z.strictObject(said).nullish();

/** What a body says of an item, and why. */
export function saidIn(body: Readonly<Record<string, unknown>>): {
  readonly item: WrittenItem;
  readonly reason: string | null;
} {
  const { reason, ...rest } = body;
  const given = Object.entries(rest).filter(([, value]) => value !== null && value !== undefined);
  return {
    item: Object.fromEntries(given) as WrittenItem,
    reason: typeof reason === 'string' ? reason : null,
  };
}
