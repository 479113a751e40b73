import {
  type CreditNote,
  groupBy,
  sumAmounts,
  type TaxCategory,
  type TaxPart,
} from '../../core/billing/batch.js';
import { currencyDecimals, minorOf, negateAmount } from '../../core/money.js';
import { invoicesOf, type NoteSource, periodOf } from './source.js';

/** The version of the standard that a document keeps to (BT-24). */
export const en16931 = 'urn:cen.eu:en16931:2017';

/** A rate of a document, with what it applies to (BG-23). */
export interface DocumentTax {
  readonly category: TaxCategory;
  /** Null: no rate applies, which only amounts outside of VAT have. */
  readonly percent: string | null;
  readonly exemption: string | null;
  readonly net: string;
  readonly tax: string;
}

/** A line of a document (BG-25): a credit, or the part of one that a rate applies to. */
export interface DocumentLine {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly from: string;
  readonly to: string;
  /** 1, or -1 where it goes against the document: a price is never negative. */
  readonly quantity: '1' | '-1';
  readonly price: string;
  readonly net: string;
  readonly tax: Pick<DocumentTax, 'category' | 'percent'>;
}

/** What both syntaxes of EN 16931 say of a note, in the terms of the standard. */
export interface NoteDocument {
  readonly id: string;
  readonly date: string;
  /** By UNTDID 1001: 381 a credit note, 383 a debit note, where more is owed than before. */
  readonly type: '381' | '383';
  readonly currency: string;
  readonly from: string;
  readonly to: string;
  /** The invoices that are credited, where they are known (BT-25). */
  readonly invoices: readonly string[];
  readonly terms: string;
  readonly taxes: readonly DocumentTax[];
  readonly lines: readonly DocumentLine[];
  readonly net: string;
  readonly tax: string;
  readonly gross: string;
}

/** Why a note can't be said by the standard; null: it can. */
export function en16931Fault({ note }: NoteSource): string | null {
  const { currency, issuer, billTo, taxes } = note;
  if ((currencyDecimals(currency) ?? 2) > 2)
    return `${currency} has more than the two decimals that EN 16931 allows`;
  for (const { id, country } of [issuer, billTo]) if (country === null) return `${id} has no country`;
  const outside = taxes.filter(({ category }) => category === 'O');
  if (issuer.taxId === null && (issuer.registration === null || outside.length === 0))
    return `${issuer.id} has no tax id`;
  if (outside.length > 0 && outside.length < taxes.length)
    return 'EN 16931 allows no note with amounts both within and outside of VAT';
  const wrong = taxes.find((part) => (part.category === 'S') !== hasRate(part));
  return wrong
    ? `the rate ${wrong.percent ?? '0'} % does not go with the category ${wrong.category} of EN 16931`
    : null;
}

const hasRate = ({ percent }: Pick<TaxPart, 'percent'>): boolean => /[1-9]/.test(percent ?? '0');

/** The terms of the standard. Amounts of a debit note are turned, so that they are what is owed. */
export function noteDocument({ note, lines }: NoteSource, terms: string): NoteDocument {
  const { currency } = note;
  const owedMore = minorOf(note.gross, currency) < 0n;
  const turned = (amount: string): string => (owedMore ? negateAmount(amount, currency) : amount);
  const parts = lines.flatMap((line) => line.taxes.map((part) => ({ line, part })));
  return {
    id: note.id,
    date: note.date,
    type: owedMore ? '383' : '381',
    currency,
    ...periodOf({ note, lines }),
    invoices: invoicesOf(lines),
    terms,
    taxes: documentTaxes(note.taxes, currency).map((tax) => ({
      ...tax,
      net: turned(tax.net),
      tax: turned(tax.tax),
    })),
    lines: parts.map(({ line, part }, index) => {
      const net = turned(part.net);
      return {
        id: String(index + 1),
        name: line.service,
        description: `${line.reason} (${line.credit}, ${line.statement} rev. ${line.revision})`,
        from: line.from,
        to: line.to,
        quantity: net.startsWith('-') ? '-1' : '1',
        price: net.startsWith('-') ? net.slice(1) : net,
        net,
        tax: { category: part.category, percent: percentOf(part) },
      };
    }),
    net: turned(note.net),
    tax: turned(note.tax),
    gross: turned(note.gross),
  };
}

/** Outside of VAT there is no rate; every other category has one, zero where no tax is due. */
const percentOf = ({ category, percent }: Pick<TaxPart, 'category' | 'percent'>): string | null =>
  category === 'O' ? null : (percent ?? '0');

function documentTaxes(taxes: readonly TaxPart[], currency: string): DocumentTax[] {
  const groups = groupBy(taxes, (tax) => `${tax.category} ${percentOf(tax) ?? ''}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const { net, tax } = sumAmounts(group, currency);
    const exemption = exemptionOf(first);
    return [{ category: first.category, percent: percentOf(first), exemption, net, tax }];
  });
}

/** Why no tax is due: where nobody said it, in the words of the standard; a rate, zero too, has no such reason. */
const exemptionOf = ({ category, exemption }: TaxPart): string | null =>
  category === 'S' || category === 'Z' ? null : (exemption ?? exemptions[category]);

const exemptions: Readonly<Record<Exclude<TaxCategory, 'S' | 'Z'>, string>> = {
  E: 'Exempt from VAT',
  AE: 'Reverse charge',
  G: 'Export outside the EU',
  O: 'Not subject to VAT',
};

/**
 * Whether a tax id is a VAT number by the standard: those begin with their country (BR-CO-09), and stand in no note that
 * is outside of VAT (BR-O-02). Another one is a registration for tax.
 */
export function isVatNumber(
  { taxId, country }: Pick<CreditNote['issuer'], 'taxId' | 'country'>,
  { taxes }: Pick<NoteDocument, 'taxes'>,
): boolean {
  if (taxId === null || country === null || taxes.some(({ category }) => category === 'O')) return false;
  return taxId.startsWith(country === 'GR' ? 'EL' : country);
}
