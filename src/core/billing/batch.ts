import type { CreditFacts, CreditStatus } from './credit.js';
import { formatAmount, minorOf } from '../money.js';
import type { LocalDate } from '../time/calendar.js';
import type { EpochMs } from '../types.js';

/**
 * An export batch through its life. `made`: its credits are reserved and their notes numbered. `fetched`: its file was
 * handed out, so its credits are exported. `confirmed`: finance's system has booked it. `withdrawn`: taken back as a
 * whole; its credits are owed again, and its note numbers are spent.
 */
export const batchStates = ['made', 'fetched', 'confirmed', 'withdrawn'] as const;
export type BatchState = (typeof batchStates)[number];

export const batchFormats = ['csv', 'xlsx'] as const;
export type BatchFormat = (typeof batchFormats)[number];

/** The files of a credit note: PDF, UBL 2.1 and CII by EN 16931, the fields of a red-letter application. */
export const noteFormats = ['pdf', 'ubl', 'cii', 'red-letter'] as const;
export type NoteFormat = (typeof noteFormats)[number];

/** Which states a batch may be moved from, and to which. Fetching again changes nothing. */
export const batchMoves = {
  fetch: { from: ['made', 'fetched', 'confirmed'], to: 'fetched' },
  confirm: { from: ['fetched'], to: 'confirmed' },
  withdraw: { from: ['made', 'fetched'], to: 'withdrawn' },
} as const satisfies Record<string, { from: readonly BatchState[]; to: BatchState }>;
export type BatchMove = keyof typeof batchMoves;

/** Where somebody is that a note names, and what identifies it. */
export interface PartyDetails {
  /** Lines without city, postcode and country. */
  readonly address: readonly string[];
  readonly city: string | null;
  readonly postcode: string | null;
  /** ISO 3166-1 alpha-2. */
  readonly country: string | null;
  readonly taxId: string | null;
  /** In a register of companies. */
  readonly registration: string | null;
}

/** Who issues a note or is billed by one, as it was called when the note was numbered. */
export interface Party extends PartyDetails {
  readonly id: string;
  readonly name: string;
}

/** VAT categories of UNCL 5305 that EN 16931 allows here: standard, zero, exempt, reverse charge, export, outside. */
export const taxCategories = ['S', 'Z', 'E', 'AE', 'G', 'O'] as const;
export type TaxCategory = (typeof taxCategories)[number];

/** The part of an amount that one rate applies to. */
export interface TaxPart {
  /** As it is printed; null: no rate applies. */
  readonly percent: string | null;
  readonly gross: string;
  readonly tax: string;
  readonly net: string;
  readonly category: TaxCategory;
  /** The code of finance's system. */
  readonly code: string;
  /** Why no tax is due, where none is. */
  readonly exemption: string | null;
}

/** The accounts that amounts of a currency are posted to. */
export interface Accounts {
  /** Of the revenue that is reduced. */
  readonly revenue: string;
  readonly tax: string | null;
  readonly receivable: string | null;
  readonly costCentre: string | null;
}

/** One credit of a batch: a line of its file. */
export interface BatchLine {
  readonly credit: string;
  readonly kind: CreditFacts['kind'];
  /** The credit that it adjusts or takes back. */
  readonly of: string | null;
  /** The number of its note. */
  readonly note: string;
  readonly statement: string;
  readonly revision: number;
  /** Of the sealed revision, SHA-256. */
  readonly hash: string;
  readonly month: string;
  readonly from: LocalDate;
  /** The last day. */
  readonly to: LocalDate;
  readonly service: string;
  readonly site: string;
  readonly customer: string;
  readonly customerName: string;
  /** Nearest first. */
  readonly resellers: readonly string[];
  readonly billTo: string;
  readonly issuer: string;
  readonly postingDate: LocalDate;
  readonly currency: string;
  readonly net: string;
  readonly tax: string;
  readonly gross: string;
  readonly taxes: readonly TaxPart[];
  readonly accounts: Accounts;
  /** The number of the invoice that the rent was on, where it is known. */
  readonly invoice: string | null;
  /** Of the service in the month, by this revision. */
  readonly availabilityPercent: string | null;
  readonly reason: string;
}

/** The note of what one account is billed less (or more, by a negative amount) for a month, in one currency. */
export interface CreditNote {
  /** As it is printed: `CN-2026-000001`. */
  readonly id: string;
  readonly issuer: Party;
  readonly billTo: Party;
  readonly year: string;
  /** Its place in the range of the issuer and year. */
  readonly number: number;
  readonly month: string;
  readonly date: LocalDate;
  readonly currency: string;
  readonly net: string;
  readonly tax: string;
  readonly gross: string;
  /** By rate, category and code. */
  readonly taxes: readonly TaxPart[];
  /** The credits on it. */
  readonly credits: readonly string[];
}

export const refusalReasons = [
  'no-issuer',
  'no-tax-id',
  'no-address',
  'no-account',
  'no-tax-account',
  'no-receivable-account',
  'no-tax-rate',
] as const;
export type RefusalReason = (typeof refusalReasons)[number];

/** A note that was not made: its credits stay owed. */
export interface RefusedNote {
  readonly billTo: string;
  readonly month: string;
  readonly currency: string;
  readonly gross: string;
  readonly credits: readonly string[];
  readonly why: readonly RefusalReason[];
}

export interface CurrencyTotal {
  readonly currency: string;
  readonly credits: number;
  readonly net: string;
  readonly tax: string;
  readonly gross: string;
}

/** What a batch holds; never changed once it is made. */
export interface BatchContent {
  readonly format: 'pop-sla-credit-batch/1';
  readonly notes: readonly CreditNote[];
  readonly lines: readonly BatchLine[];
  readonly refused: readonly RefusedNote[];
  /** Whether the request named the posting date; absent in batches of version 0.2.0. */
  readonly postingDateAsked?: boolean;
}

export interface BatchSummary {
  /** `EB-000001`. */
  readonly id: string;
  readonly number: number;
  readonly state: BatchState;
  /** The name of the mapping. */
  readonly mapping: string;
  readonly file: BatchFormat;
  /** Only credits of this month; null: of every month. */
  readonly month: string | null;
  readonly postingDate: LocalDate;
  readonly totals: readonly CurrencyTotal[];
  /** SHA-256 of the file's bytes. */
  readonly hash: string;
  readonly createdAt: EpochMs;
  readonly createdBy: string;
  readonly fetchedAt: EpochMs | null;
  /** When it was confirmed or taken back. */
  readonly endedAt: EpochMs | null;
  readonly endedBy: string | null;
  /** Why it was taken back, or a word on the confirmation. */
  readonly note: string | null;
}

export interface Batch extends BatchSummary {
  readonly content: BatchContent;
}

export const batchId = (number: number): string => `EB-${String(number).padStart(6, '0')}`;

/** What credits return to when their batch is taken back. */
export const owedStatus = ({ claimBy }: Pick<CreditFacts, 'claimBy'>): CreditStatus =>
  claimBy === null ? 'sealed' : 'claimed';

/** The numbers that an issuer gives to its notes, anew each year. */
export interface NoteRange {
  readonly prefix: string;
  readonly first: number;
  readonly last: number;
}

const digits = 6;

export const noteId = ({ prefix }: NoteRange, year: string, number: number): string =>
  `${prefix}${year}-${String(number).padStart(digits, '0')}`;

/** The number after the last one of a year; null: the range is exhausted. */
export function nextNote({ first, last }: NoteRange, used: number | null): number | null {
  const next = used === null ? first : used + 1;
  return next > last ? null : next;
}

/** The items by a key, groups in the order of their first item. */
export function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}

type Amounts = Pick<TaxPart, 'gross' | 'tax' | 'net'>;

/** Exact sums of amounts of one currency. */
export function sumAmounts(rows: readonly Amounts[], currency: string): Amounts {
  const sum = (key: keyof Amounts): string =>
    formatAmount(
      rows.reduce((total, row) => total + minorOf(row[key], currency), 0n),
      currency,
    );
  return { gross: sum('gross'), tax: sum('tax'), net: sum('net') };
}

/** Parts of equal rate, category and code added up, in the order of their first. */
export function mergeTaxes(parts: readonly TaxPart[], currency: string): TaxPart[] {
  const groups = groupBy(parts, ({ percent, category, code, exemption }) =>
    JSON.stringify([percent, category, code, exemption]),
  );
  return [...groups.values()].flatMap(([first, ...rest]) =>
    first ? [{ ...first, ...sumAmounts([first, ...rest], currency) }] : [],
  );
}

/** By currency, in the order of their codes. */
export function totalsOf(lines: readonly BatchLine[]): CurrencyTotal[] {
  return [...groupBy(lines, ({ currency }) => currency)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([currency, rows]) => ({ currency, credits: rows.length, ...sumAmounts(rows, currency) }));
}
