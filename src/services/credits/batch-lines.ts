import type { BillingConfig, Issuer, PostingTerms } from '../../config/config.js';
import {
  type BatchLine,
  type CreditNote,
  groupBy,
  mergeTaxes,
  type Party,
  type PartyDetails,
  type RefusalReason,
  type RefusedNote,
  sumAmounts,
  type TaxPart,
} from '../../core/billing/batch.js';
import type { CreditRow } from '../../core/billing/credit.js';
import { billedFor, type CustomerRegistry } from '../../core/customer/book.js';
import { formatAmount, minorOf, negateAmount } from '../../core/money.js';
import { compare, fromPercent, parseDecimal } from '../../core/number.js';
import type { SealedStatement, StatementDocument } from '../../core/statement/document.js';
import { addDays, type LocalDate } from '../../core/time/calendar.js';
import { lineReason, type NoteWords } from '../../i18n/note.js';

/** What lines and notes are made from. */
export interface LineSource {
  /** A sealed revision; rejects where it is gone. */
  readonly sealed: (statement: string, revision: number) => Promise<SealedStatement>;
  readonly credit: (id: string) => Promise<CreditRow>;
  readonly book: Pick<CustomerRegistry, 'customers'>;
  readonly billing: Pick<BillingConfig, 'issuers' | 'untaxed'>;
  readonly posting: PostingTerms;
  /** Whether each entry needs an account, or the revenue alone. */
  readonly entries: boolean;
  readonly words: NoteWords;
  readonly postingDate: LocalDate;
  /** The numbers of invoices by the ids of statements, where they are known. */
  readonly invoices: ReadonlyMap<string, string>;
}

/** A note whose number is not given yet. */
type NoteDraft = Omit<CreditNote, 'id' | 'number' | 'year'>;
/** A line whose note has no number yet. */
type LineDraft = Omit<BatchLine, 'note'>;

interface DraftedNote {
  readonly note: NoteDraft;
  readonly lines: readonly LineDraft[];
}

interface Drafted {
  /** By the account that is billed, month and currency. */
  readonly notes: readonly DraftedNote[];
  readonly refused: readonly RefusedNote[];
}

/** Groups credits into notes; a note that lacks something is refused as a whole, and named. */
export async function draftNotes(rows: readonly CreditRow[], source: LineSource): Promise<Drafted> {
  const lines: LineDraft[] = [];
  for (const row of rows) lines.push(await lineOf(row, source));
  const groups = groupBy(lines, ({ billTo, month, currency, taxes }) =>
    JSON.stringify([billTo, month, currency, isOutside(taxes)]),
  );
  const notes: DraftedNote[] = [];
  const refused: RefusedNote[] = [];
  for (const [, group] of [...groups].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const [first] = group;
    if (!first) continue;
    const { billTo, month, currency, postingDate } = first;
    const why = faultsOf(group, source);
    const issuer = issuerOf(source.billing.issuers, currency);
    const credits = group.map(({ credit }) => credit);
    const sums = sumAmounts(group, currency);
    if (issuer === null || why.length > 0) {
      refused.push({ billTo, month, currency, gross: sums.gross, credits, why });
      continue;
    }
    const taxes = mergeTaxes(
      group.flatMap((line) => line.taxes),
      currency,
    );
    notes.push({
      note: {
        issuer: partyFrom(issuer, issuer),
        billTo: partyOf(billTo, source.book),
        month,
        date: postingDate,
        currency,
        ...sums,
        taxes,
        credits,
      },
      lines: group,
    });
  }
  return { notes, refused };
}

/** No note has amounts both within and outside of VAT: EN 16931 knows none such. */
const isOutside = (taxes: readonly TaxPart[]): boolean => taxes.some(({ category }) => category === 'O');

const issuerOf = (issuers: readonly Issuer[], currency: string): Issuer | null =>
  issuers.find(({ currencies }) => currencies.includes(currency)) ??
  issuers.find(({ currencies }) => currencies.length === 0) ??
  null;

function partyOf(id: string, { customers }: LineSource['book']): Party {
  const known = customers.find((each) => each.id === id);
  return partyFrom({ id, name: known?.name ?? id }, known?.billing ?? unknownDetails);
}

const unknownDetails: PartyDetails = {
  address: [],
  city: null,
  postcode: null,
  country: null,
  taxId: null,
  registration: null,
};

const partyFrom = (
  { id, name }: Pick<Party, 'id' | 'name'>,
  { address, city, postcode, country, taxId, registration }: PartyDetails,
): Party => ({ id, name, address, city, postcode, country, taxId, registration });

function faultsOf(
  lines: readonly LineDraft[],
  { book, billing, posting, entries }: LineSource,
): RefusalReason[] {
  const [first] = lines;
  if (!first) return [];
  const { billTo, currency } = first;
  const party = partyOf(billTo, book);
  const accounts = posting.accounts.get(currency);
  const taxed = lines.some(({ tax }) => minorOf(tax, currency) !== 0n);
  const faults: readonly (readonly [RefusalReason, boolean])[] = [
    ['no-issuer', issuerOf(billing.issuers, currency) === null],
    ['no-tax-id', party.taxId === null],
    ['no-address', party.country === null],
    ['no-account', accounts === undefined],
    ['no-tax-account', entries && taxed && accounts?.tax === null],
    ['no-receivable-account', entries && accounts?.receivable === null],
    [
      'no-tax-rate',
      billing.untaxed === null && lines.some(({ taxes }) => taxes.some(({ percent }) => percent === null)),
    ],
  ];
  return faults.flatMap(([reason, holds]) => (holds ? [reason] : []));
}

async function lineOf(row: CreditRow, source: LineSource): Promise<LineDraft> {
  const { document, hash } = await source.sealed(row.statement, row.revision);
  const { sellers, customer, parts, month } = document;
  const { currency, gross } = row;
  const taxes = await taxesOf(row, source);
  const billTo = billedFor(source.book, customer, sellers);
  const known = source.book.customers.find((each) => each.id === customer);
  const { tax, net } = sumAmounts(taxes, currency);
  const none = { revenue: '', tax: null, receivable: null, costCentre: null };
  const line = {
    credit: row.id,
    kind: row.kind,
    of: row.of,
    statement: row.statement,
    revision: row.revision,
    hash,
    month,
    ...daysOf(document),
    service: row.service,
    site: row.site,
    customer,
    customerName: known?.name ?? customer,
    resellers: sellers,
    billTo,
    issuer: issuerOf(source.billing.issuers, currency)?.id ?? '',
    postingDate: source.postingDate,
    currency,
    net,
    tax,
    gross,
    taxes,
    accounts: source.posting.accounts.get(currency) ?? none,
    invoice: source.invoices.get(row.statement) ?? null,
    availabilityPercent: parts[0]?.availabilityPercent ?? null,
  };
  return { ...line, reason: lineReason(line, source.words) };
}

/** The first and the last day of the service in the month, by the calendar of the plan. */
function daysOf({ month, parts }: StatementDocument): { readonly from: LocalDate; readonly to: LocalDate } {
  const from = parts[0]?.period.from.slice(0, 10) ?? `${month}-01`;
  const end = parts.at(-1)?.period.to ?? '';
  // A period ends where the next day begins.
  return { from, to: end === '' ? from : addDays(end.slice(0, 10), -1) };
}

/**
 * What of a credit is taxed at which rate. A later revision's is the difference from the revision before, so that what
 * was posted adds up to what the last revision says; it is zero for rates that did not change.
 */
async function taxesOf(row: CreditRow, source: LineSource): Promise<TaxPart[]> {
  const { currency, kind, statement, revision } = row;
  if (kind === 'reversal') {
    const taxes = row.of === null ? [] : await taxesOf(await source.credit(row.of), source);
    return taxes.map((part) => negated(part, currency));
  }
  const now = taxParts((await source.sealed(statement, revision)).document, source);
  if (kind === 'credit') return mergeTaxes(now, currency);
  const before = taxParts((await source.sealed(statement, revision - 1)).document, source);
  return mergeTaxes([...now, ...before.map((part) => negated(part, currency))], currency).filter(
    ({ gross }) => minorOf(gross, currency) !== 0n,
  );
}

function negated(part: TaxPart, currency: string): TaxPart {
  const less = (amount: string): string => negateAmount(amount, currency);
  return { ...part, gross: less(part.gross), tax: less(part.tax), net: less(part.net) };
}

function taxParts({ parts, currency }: StatementDocument, { posting, billing }: LineSource): TaxPart[] {
  return parts.flatMap(({ tax: { ratePercent, gross, tax, net } }): TaxPart[] => {
    if (minorOf(gross, currency) === 0n) return [];
    if (ratePercent === null || tax === null || net === null) {
      const { category = 'O', code = '', reason = null } = billing.untaxed ?? {};
      const none = formatAmount(0n, currency);
      return [{ percent: null, gross, tax: none, net: gross, category, code, exemption: reason }];
    }
    const share = parseDecimal(ratePercent)?.value;
    const known = share && posting.taxCodes.find(({ rate }) => compare(rate, fromPercent(share)) === 0);
    const isZero = share?.n === 0n;
    const category = known?.category ?? (isZero ? 'Z' : 'S');
    return [{ percent: ratePercent, gross, tax, net, category, code: known?.code ?? '', exemption: null }];
  });
}
