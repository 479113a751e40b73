import { resolve } from 'node:path';
import { z } from 'zod';
import {
  type Accounts,
  type NoteRange,
  type Party,
  type PartyDetails,
  taxCategories,
  type TaxCategory,
} from '../../core/billing/batch.js';
import { currencyDecimals } from '../../core/money.js';
import { asPercent, formatShort, type Rational } from '../../core/number.js';
import { givenTwice } from '../given-twice.js';
import { identifier, percentOfOne, timeZone } from '../plan/scalars.js';
import type { Fault, KeyPath, Salvaged } from '../problem.js';
import { file, name, oneOf, textual, whole, withoutNulls, wrong } from '../scalars.js';

/** Who issues credit notes, in which currencies, and by which numbers. */
export interface Issuer extends Party {
  /** None: every currency that no other issuer names. */
  readonly currencies: readonly string[];
  readonly notes: NoteRange;
}

/** What finance's system calls a tax rate. */
interface TaxCode {
  readonly rate: Rational;
  readonly code: string;
  readonly category: TaxCategory;
}

/** How amounts are posted. */
export interface PostingTerms {
  readonly accounts: ReadonlyMap<string, Accounts>;
  readonly taxCodes: readonly TaxCode[];
}

/** What amounts without a tax rate are. */
interface Untaxed {
  readonly category: TaxCategory;
  readonly code: string;
  readonly reason: string;
}

/** How credits get into the books. */
export interface BillingConfig extends PostingTerms {
  /** IANA: whose calendar day is the posting date, unless one is given. */
  readonly zone: string;
  readonly issuers: readonly Issuer[];
  /** Null: a credit without a tax rate is refused. */
  readonly untaxed: Untaxed | null;
  /** Files of mappings beside those of the program, absolute. */
  readonly mappings: readonly string[];
}

export const currencyCode = () =>
  textual('a currency of ISO 4217, such as HKD', (text) =>
    currencyDecimals(text) === null ? wrong('is not a currency') : text,
  );

/** ISO 3166-1 by its form: lists of countries change, and what is sent is what the file says. */
const country = () =>
  textual('two capital letters by ISO 3166-1, such as HK', (text) =>
    /^[A-Z]{2}$/.test(text) ? text : wrong('is not a country'),
  );

/** Where a party is and what identifies it; the same keys for an issuer and for a customer. */
export const partyKeys = {
  address: z.array(name(100)).max(5).optional(),
  city: name(100).optional(),
  postcode: name(20).optional(),
  country: country().optional(),
  taxId: name(40).optional(),
  registration: name(40).optional(),
};

const accountsSchema = z.strictObject({
  currency: currencyCode(),
  revenue: name(40),
  tax: name(40).optional(),
  receivable: name(40).optional(),
  costCentre: name(40).optional(),
});

const taxCodeSchema = z.strictObject({
  percent: percentOfOne(),
  code: name(20),
  /** Z by default where the rate is zero. */
  category: oneOf(taxCategories).optional(),
});

/** The keys of `PostingTerms`: in the configuration, and in a mapping that has accounts of its own. */
export const postingKeys = {
  accounts: z.array(accountsSchema).default([]),
  taxCodes: z.array(taxCodeSchema).default([]),
};

const notesSchema = z.strictObject({
  prefix: textual('up to 20 letters, digits, "/", "." and "-"', (text) =>
    /^[A-Za-z0-9/.-]{0,20}$/.test(text) ? text : wrong('is not a prefix'),
  ).default('CN-'),
  first: whole(1, 999_999_999).default(1),
  last: whole(1, 999_999_999).default(999_999),
});

const issuerSchema = z.strictObject({
  id: identifier(),
  name: name(200),
  ...partyKeys,
  currencies: z.array(currencyCode()).default([]),
  notes: notesSchema.prefault({}),
});

const billingSchema = z.strictObject({
  zone: timeZone().default('UTC'),
  issuers: z.array(issuerSchema).default([]),
  ...postingKeys,
  untaxed: z
    .strictObject({
      category: oneOf(taxCategories.filter((one) => one !== 'S')),
      code: name(20).optional(),
      reason: name(200),
    })
    .optional(),
  mappings: z.array(file()).default([]),
});

type RawPosting = Salvaged<z.output<z.ZodObject<typeof postingKeys>>>;

/** An account or a tax code that is said twice: which of them counts would not be seen. `below`: where the keys stand. */
export function checkPosting({ accounts = [], taxCodes = [] }: RawPosting, below: KeyPath = []): Fault[] {
  const currencies = givenTwice(
    accounts.map((each) => each?.currency),
    {
      list: 'accounts',
      at: (index) => [...below, 'accounts', index, 'currency'],
      allowed: 'each once',
    },
  );
  const rates = givenTwice(
    taxCodes.map((each) => each?.percent && `${each.percent.n}/${each.percent.d}`),
    {
      list: 'taxCodes',
      at: (index) => [...below, 'taxCodes', index, 'percent'],
      allowed: 'each once',
    },
  );
  return [...currencies, ...rates];
}

type RawParty = z.output<z.ZodObject<typeof partyKeys>>;

/** What was not said is null. */
export function buildParty(raw: RawParty): PartyDetails {
  const { address = [], city = null, postcode = null, country: of = null } = raw;
  const { taxId = null, registration = null } = raw;
  return { address, city, postcode, country: of, taxId, registration };
}

export function buildPosting(raw: z.output<z.ZodObject<typeof postingKeys>>): PostingTerms {
  return {
    accounts: new Map(
      raw.accounts.map(({ currency, revenue, tax = null, receivable = null, costCentre = null }) => [
        currency,
        { revenue, tax, receivable, costCentre },
      ]),
    ),
    taxCodes: raw.taxCodes.map(({ percent, code, category = percent.n === 0n ? 'Z' : 'S' }) => ({
      rate: percent,
      code,
      category,
    })),
  };
}

function buildBilling(raw: z.output<typeof billingSchema>, folder: string): BillingConfig {
  const { zone, untaxed } = raw;
  return {
    zone,
    issuers: raw.issuers.map(({ id, name: called, currencies, notes, ...party }) => ({
      ...buildParty(party),
      id,
      name: called,
      currencies,
      notes,
    })),
    ...buildPosting(raw),
    untaxed: untaxed === undefined ? null : { ...untaxed, code: untaxed.code ?? '' },
    mappings: raw.mappings.map((each) => resolve(folder, each)),
  };
}

function showBilling({ zone, issuers, accounts, taxCodes, untaxed, mappings }: BillingConfig): object {
  return {
    zone,
    issuers: issuers.map(withoutNulls),
    accounts: [...accounts].map(([currency, of]) => ({ currency, ...withoutNulls(of) })),
    taxCodes: taxCodes.map(({ rate, code, category }) => ({
      percent: formatShort(asPercent(rate), 15),
      code,
      category,
    })),
    ...(untaxed && {
      untaxed: untaxed.code === '' ? { category: untaxed.category, reason: untaxed.reason } : untaxed,
    }),
    mappings,
  };
}

/** How credits get into the books: who issues notes, by which numbers, and to which accounts amounts go. */
export const billingSection = { schema: billingSchema, build: buildBilling, show: showBilling };
