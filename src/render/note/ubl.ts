import type { Party } from '../../core/billing/batch.js';
import {
  type DocumentLine,
  type DocumentTax,
  en16931,
  isVatNumber,
  noteDocument,
  type NoteDocument,
} from './en16931.js';
import type { NoteSource } from './source.js';
import { type Element, maybe, xmlOf } from './xml.js';

const cac = 'urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2';
const cbc = 'urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2';

const scheme: Element = ['cac:TaxScheme', [['cbc:ID', 'VAT']]];

function partyElements(party: Party, document: NoteDocument, role: 'supplier' | 'customer'): Element[] {
  const { name, address, city, postcode, country, taxId, registration } = party;
  const [street = null, additional = null, ...more] = address;
  const isVat = isVatNumber(party, document);
  // A buyer has no element for a tax id that is no VAT number: it identifies the party.
  const identified = role === 'customer' && taxId !== null && !isVat;
  const taxScheme: Element[] =
    taxId === null || identified
      ? []
      : [
          [
            'cac:PartyTaxScheme',
            [['cbc:CompanyID', taxId], isVat ? scheme : ['cac:TaxScheme', [['cbc:ID', 'TAX']]]],
          ],
        ];
  return [
    [
      'cac:Party',
      [
        ...(identified ? [['cac:PartyIdentification', [['cbc:ID', taxId]]] as const] : []),
        [
          'cac:PostalAddress',
          [
            ...maybe('cbc:StreetName', street),
            ...maybe('cbc:AdditionalStreetName', additional),
            ...maybe('cbc:CityName', city),
            ...maybe('cbc:PostalZone', postcode),
            ...(more.length === 0 ? [] : [['cac:AddressLine', [['cbc:Line', more.join(', ')]]] as const]),
            ['cac:Country', [['cbc:IdentificationCode', country ?? '']]],
          ],
        ],
        ...taxScheme,
        ['cac:PartyLegalEntity', [['cbc:RegistrationName', name], ...maybe('cbc:CompanyID', registration)]],
      ],
    ],
  ];
}

const category = (
  name: string,
  { category: id, percent }: DocumentLine['tax'],
  exemption: string | null,
): Element => [
  name,
  [['cbc:ID', id], ...maybe('cbc:Percent', percent), ...maybe('cbc:TaxExemptionReason', exemption), scheme],
];

/** A note as UBL 2.1 by EN 16931: a credit note, or an invoice of the type debit note. */
export function noteUbl(source: NoteSource, terms: string): string {
  const document = noteDocument(source, terms);
  const isCredit = document.type === '381';
  const { currency } = document;
  const amount = (name: string, value: string): Element => [name, value, { currencyID: currency }];
  const subtotal = ({ net, tax, exemption, ...rate }: DocumentTax): Element => [
    'cac:TaxSubtotal',
    [
      amount('cbc:TaxableAmount', net),
      amount('cbc:TaxAmount', tax),
      category('cac:TaxCategory', rate, exemption),
    ],
  ];
  const period = ({ from, to }: { readonly from: string; readonly to: string }): Element => [
    'cac:InvoicePeriod',
    [
      ['cbc:StartDate', from],
      ['cbc:EndDate', to],
    ],
  ];
  const line = (of: DocumentLine): Element => [
    isCredit ? 'cac:CreditNoteLine' : 'cac:InvoiceLine',
    [
      ['cbc:ID', of.id],
      [isCredit ? 'cbc:CreditedQuantity' : 'cbc:InvoicedQuantity', of.quantity, { unitCode: 'C62' }],
      amount('cbc:LineExtensionAmount', of.net),
      period(of),
      [
        'cac:Item',
        [
          ['cbc:Description', of.description],
          ['cbc:Name', of.name],
          category('cac:ClassifiedTaxCategory', of.tax, null),
        ],
      ],
      ['cac:Price', [amount('cbc:PriceAmount', of.price)]],
    ],
  ];
  const root = isCredit ? 'CreditNote' : 'Invoice';
  return xmlOf(
    root,
    { xmlns: `urn:oasis:names:specification:ubl:schema:xsd:${root}-2`, 'xmlns:cac': cac, 'xmlns:cbc': cbc },
    [
      ['cbc:CustomizationID', en16931],
      ['cbc:ID', document.id],
      ['cbc:IssueDate', document.date],
      [isCredit ? 'cbc:CreditNoteTypeCode' : 'cbc:InvoiceTypeCode', document.type],
      ['cbc:DocumentCurrencyCode', currency],
      period(document),
      ...document.invoices.map((id): Element => [
        'cac:BillingReference',
        [['cac:InvoiceDocumentReference', [['cbc:ID', id]]]],
      ]),
      ['cac:AccountingSupplierParty', partyElements(source.note.issuer, document, 'supplier')],
      ['cac:AccountingCustomerParty', partyElements(source.note.billTo, document, 'customer')],
      ['cac:PaymentTerms', [['cbc:Note', document.terms]]],
      ['cac:TaxTotal', [amount('cbc:TaxAmount', document.tax), ...document.taxes.map(subtotal)]],
      [
        'cac:LegalMonetaryTotal',
        [
          amount('cbc:LineExtensionAmount', document.net),
          amount('cbc:TaxExclusiveAmount', document.net),
          amount('cbc:TaxInclusiveAmount', document.gross),
          amount('cbc:PayableAmount', document.gross),
        ],
      ],
      ...document.lines.map(line),
    ],
  );
}
