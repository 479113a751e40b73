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

const namespaces = {
  'xmlns:rsm': 'urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100',
  'xmlns:ram': 'urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100',
  'xmlns:udt': 'urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100',
};

const day = (name: string, date: string): Element => [
  name,
  [['udt:DateTimeString', date.replaceAll('-', ''), { format: '102' }]],
];

const period = ({ from, to }: { readonly from: string; readonly to: string }): Element => [
  'ram:BillingSpecifiedPeriod',
  [day('ram:StartDateTime', from), day('ram:EndDateTime', to)],
];

function partyElements(party: Party, document: NoteDocument, role: 'supplier' | 'customer'): Element[] {
  const { name, address, city, postcode, country, taxId, registration } = party;
  const [first = null, second = null, ...more] = address;
  const isVat = isVatNumber(party, document);
  const identified = role === 'customer' && taxId !== null && !isVat;
  return [
    ...(identified ? maybe('ram:ID', taxId) : []),
    ['ram:Name', name],
    ...(registration === null
      ? []
      : [['ram:SpecifiedLegalOrganization', [['ram:ID', registration]]] as const]),
    [
      'ram:PostalTradeAddress',
      [
        ...maybe('ram:PostcodeCode', postcode),
        ...maybe('ram:LineOne', first),
        ...maybe('ram:LineTwo', second),
        ...maybe('ram:LineThree', more.length === 0 ? null : more.join(', ')),
        ...maybe('ram:CityName', city),
        ['ram:CountryID', country ?? ''],
      ],
    ],
    ...(taxId === null || identified
      ? []
      : [
          [
            'ram:SpecifiedTaxRegistration',
            [['ram:ID', taxId, { schemeID: isVat ? 'VA' : 'FC' }] as const],
          ] as const,
        ]),
  ];
}

const lineElement = (line: DocumentLine): Element => [
  'ram:IncludedSupplyChainTradeLineItem',
  [
    ['ram:AssociatedDocumentLineDocument', [['ram:LineID', line.id]]],
    [
      'ram:SpecifiedTradeProduct',
      [
        ['ram:Name', line.name],
        ['ram:Description', line.description],
      ],
    ],
    [
      'ram:SpecifiedLineTradeAgreement',
      [['ram:NetPriceProductTradePrice', [['ram:ChargeAmount', line.price]]]],
    ],
    ['ram:SpecifiedLineTradeDelivery', [['ram:BilledQuantity', line.quantity, { unitCode: 'C62' }]]],
    [
      'ram:SpecifiedLineTradeSettlement',
      [
        [
          'ram:ApplicableTradeTax',
          [
            ['ram:TypeCode', 'VAT'],
            ['ram:CategoryCode', line.tax.category],
            ...maybe('ram:RateApplicablePercent', line.tax.percent),
          ],
        ],
        period(line),
        ['ram:SpecifiedTradeSettlementLineMonetarySummation', [['ram:LineTotalAmount', line.net]]],
      ],
    ],
  ],
];

const taxElement = ({ category, percent, exemption, net, tax }: DocumentTax): Element => [
  'ram:ApplicableTradeTax',
  [
    ['ram:CalculatedAmount', tax],
    ['ram:TypeCode', 'VAT'],
    ...maybe('ram:ExemptionReason', exemption),
    ['ram:BasisAmount', net],
    ['ram:CategoryCode', category],
    ...maybe('ram:RateApplicablePercent', percent),
  ],
];

/** A note as UN/CEFACT Cross Industry Invoice (D16B) by EN 16931. */
export function noteCii(source: NoteSource, terms: string): string {
  const document = noteDocument(source, terms);
  const { issuer, billTo } = source.note;
  return xmlOf('rsm:CrossIndustryInvoice', namespaces, [
    [
      'rsm:ExchangedDocumentContext',
      [['ram:GuidelineSpecifiedDocumentContextParameter', [['ram:ID', en16931]]]],
    ],
    [
      'rsm:ExchangedDocument',
      [['ram:ID', document.id], ['ram:TypeCode', document.type], day('ram:IssueDateTime', document.date)],
    ],
    [
      'rsm:SupplyChainTradeTransaction',
      [
        ...document.lines.map(lineElement),
        [
          'ram:ApplicableHeaderTradeAgreement',
          [
            ['ram:SellerTradeParty', partyElements(issuer, document, 'supplier')],
            ['ram:BuyerTradeParty', partyElements(billTo, document, 'customer')],
          ],
        ],
        ['ram:ApplicableHeaderTradeDelivery', []],
        [
          'ram:ApplicableHeaderTradeSettlement',
          [
            ['ram:InvoiceCurrencyCode', document.currency],
            ...document.taxes.map(taxElement),
            period(document),
            ['ram:SpecifiedTradePaymentTerms', [['ram:Description', document.terms]]],
            [
              'ram:SpecifiedTradeSettlementHeaderMonetarySummation',
              [
                ['ram:LineTotalAmount', document.net],
                ['ram:TaxBasisTotalAmount', document.net],
                ['ram:TaxTotalAmount', document.tax, { currencyID: document.currency }],
                ['ram:GrandTotalAmount', document.gross],
                ['ram:DuePayableAmount', document.gross],
              ],
            ],
            ...document.invoices.map((id): Element => [
              'ram:InvoiceReferencedDocument',
              [['ram:IssuerAssignedID', id]],
            ]),
          ],
        ],
      ],
    ],
  ]);
}
