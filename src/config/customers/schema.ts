import { z } from 'zod';
import { identifier, localDate, percentOfOne, timeZone } from '../plan/scalars.js';
import { name, scalar, textual, wrong, type Wrong } from '../scalars.js';
import { currencyCode, partyKeys } from '../sections/billing.js';
import { path, popId } from '../sections/paths.js';

const locale = () =>
  textual('a language tag, such as en or zh-CN', (text) => {
    try {
      return Intl.getCanonicalLocales(text)[0] ?? wrong('is not a language tag');
    } catch {
      return wrong('is not a language tag');
    }
  });

/** Digits as they were written: what they are worth depends on the currency. */
const amount = () =>
  scalar('an amount from 0 on in digits, such as 12000.00', (input): string | Wrong => {
    const text = typeof input === 'number' ? String(input) : input;
    if (typeof text !== 'string') return wrong('is not an amount');
    if (/^-\d/.test(text)) return wrong('is negative');
    return /^\d{1,24}(?:\.\d+)?$/.test(text) ? text : wrong('is not an amount');
  });

const planFile = () =>
  textual('the path of a plan file, from the folder of this file', (text) =>
    text.trim() === '' || text.includes('\0') ? wrong('is not the path of a file') : text,
  );

const customerSchema = z.strictObject({
  id: identifier(),
  name: name(100).optional(),
  locale: locale().optional(),
  timeZone: timeZone().default('UTC'),
  ...partyKeys,
  billTo: identifier().optional(),
});

const resaleSchema = z.strictObject({
  seller: identifier(),
  buyer: identifier(),
  from: localDate(),
  to: localDate().optional(),
});

const siteSchema = z.strictObject({
  id: identifier(),
  customer: identifier(),
  name: name(100).optional(),
});

const lineSchema = z.strictObject({ id: identifier(), pop: popId() });

const terms = {
  plan: identifier(),
  class: identifier(),
  lines: z.array(identifier()),
  paths: z.array(path()),
  rent: amount(),
  currency: currencyCode(),
  taxPercent: percentOfOne(),
};

const changeSchema = z.strictObject({
  from: localDate(),
  plan: terms.plan.optional(),
  class: terms.class.optional(),
  lines: terms.lines.optional(),
  paths: terms.paths.optional(),
  rent: terms.rent.optional(),
  currency: terms.currency.optional(),
  taxPercent: terms.taxPercent.optional(),
});

const serviceSchema = z.strictObject({
  id: identifier(),
  customer: identifier(),
  site: identifier(),
  start: localDate(),
  end: localDate().optional(),
  /** When it was agreed to start, and what its installation cost: for credits of late delivery. */
  agreedStart: localDate().optional(),
  installationCharge: amount().optional(),
  plan: terms.plan,
  class: terms.class,
  lines: terms.lines,
  paths: terms.paths.default([]),
  rent: terms.rent,
  currency: terms.currency,
  taxPercent: terms.taxPercent.optional(),
  changes: z.array(changeSchema).default([]),
});

/** What may stand in a file of customers, key by key. */
export const customersSchema = z.strictObject({
  plans: z.array(planFile()).default([]),
  customers: z.array(customerSchema).default([]),
  resale: z.array(resaleSchema).default([]),
  sites: z.array(siteSchema).default([]),
  lines: z.array(lineSchema).default([]),
  services: z.array(serviceSchema).default([]),
});

/** The keys of a customer that a credit note is made of. */
export const billingKeys = [...Object.keys(partyKeys), 'billTo'] as const;

/** The keys of one item of a list; of a service without its changes. */
export const itemKeys = {
  customers: Object.keys(customerSchema.shape),
  resale: Object.keys(resaleSchema.shape),
  sites: Object.keys(siteSchema.shape),
  lines: Object.keys(lineSchema.shape),
  services: Object.keys(serviceSchema.shape).filter((key) => key !== 'changes'),
} as const;
/** What a change of a service may say. */
export const changeKeys = Object.keys(changeSchema.shape);

export type RawCustomers = z.output<typeof customersSchema>;
export type RawService = RawCustomers['services'][number];

/** What an empty file says. */
export const emptyCustomers = (): RawCustomers => customersSchema.parse({});
