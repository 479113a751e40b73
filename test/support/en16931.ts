import { create } from 'xmlbuilder2';
import { minorOf } from '../../src/core/money.js';
import {
  compare,
  divide,
  fromPercent,
  multiply,
  parseDecimal,
  ratio,
  roundHalfUp,
} from '../../src/core/number.js';

/**
 * What EN 16931 asks of a document, checked on its XML: the order of elements by the schemas of UBL 2.1 and of CII D16B,
 * written down from them, and the rules of the standard that concern what our documents have (BR-*, BR-CO-*).
 */

interface Node {
  readonly name: string;
  readonly text: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Node[];
}

interface Dom {
  readonly nodeName: string;
  readonly nodeType: number;
  readonly textContent: string | null;
  readonly childNodes: ArrayLike<Dom>;
  readonly attributes?: ArrayLike<{ readonly name: string; readonly value: string }>;
}

function nodeOf(dom: Dom): Node {
  const children = Array.from(dom.childNodes).filter(({ nodeType }) => nodeType === 1);
  return {
    name: dom.nodeName.replace(/^[a-z]+:/, ''),
    text: dom.textContent ?? '',
    attributes: Object.fromEntries(Array.from(dom.attributes ?? [], ({ name, value }) => [name, value])),
    children: children.map(nodeOf),
  };
}

function parsed(xml: string): Node {
  const document = create(xml).node as unknown as Dom;
  const root = Array.from(document.childNodes).find(({ nodeType }) => nodeType === 1);
  if (!root) throw new Error('it has no root');
  return nodeOf(root);
}

const all = (node: Node | undefined, ...path: readonly string[]): Node[] =>
  path.reduce<Node[]>(
    (nodes, name) => nodes.flatMap(({ children }) => children.filter((each) => each.name === name)),
    node ? [node] : [],
  );
const one = (node: Node | undefined, ...path: readonly string[]): Node | undefined => all(node, ...path)[0];
const textAt = (node: Node | undefined, ...path: readonly string[]): string => one(node, ...path)?.text ?? '';

/** The children that an element may have, in their order: those that our documents use, with what stands between. */
const orders: Readonly<Record<string, string>> = {
  CreditNote:
    'UBLVersionID CustomizationID ProfileID ID IssueDate TaxPointDate CreditNoteTypeCode Note DocumentCurrencyCode TaxCurrencyCode AccountingCost BuyerReference InvoicePeriod DiscrepancyResponse OrderReference BillingReference ContractDocumentReference AdditionalDocumentReference AccountingSupplierParty AccountingCustomerParty PayeeParty TaxRepresentativeParty Delivery PaymentMeans PaymentTerms AllowanceCharge TaxTotal LegalMonetaryTotal CreditNoteLine',
  Invoice:
    'UBLVersionID CustomizationID ProfileID ID IssueDate DueDate InvoiceTypeCode Note TaxPointDate DocumentCurrencyCode TaxCurrencyCode AccountingCost BuyerReference InvoicePeriod OrderReference BillingReference ContractDocumentReference AdditionalDocumentReference AccountingSupplierParty AccountingCustomerParty PayeeParty TaxRepresentativeParty Delivery PaymentMeans PaymentTerms PrepaidPayment AllowanceCharge TaxTotal LegalMonetaryTotal InvoiceLine',
  Party: 'EndpointID PartyIdentification PartyName PostalAddress PartyTaxScheme PartyLegalEntity Contact',
  PostalAddress: 'StreetName AdditionalStreetName CityName PostalZone CountrySubentity AddressLine Country',
  PartyTaxScheme: 'CompanyID TaxScheme',
  PartyLegalEntity: 'RegistrationName CompanyID CompanyLegalForm',
  TaxTotal: 'TaxAmount TaxSubtotal',
  TaxSubtotal: 'TaxableAmount TaxAmount TaxCategory',
  TaxCategory: 'ID Percent TaxExemptionReasonCode TaxExemptionReason TaxScheme',
  ClassifiedTaxCategory: 'ID Percent TaxExemptionReasonCode TaxExemptionReason TaxScheme',
  LegalMonetaryTotal:
    'LineExtensionAmount TaxExclusiveAmount TaxInclusiveAmount AllowanceTotalAmount ChargeTotalAmount PrepaidAmount PayableRoundingAmount PayableAmount',
  CreditNoteLine:
    'ID Note CreditedQuantity LineExtensionAmount AccountingCost InvoicePeriod OrderLineReference DocumentReference AllowanceCharge Item Price',
  InvoiceLine:
    'ID Note InvoicedQuantity LineExtensionAmount AccountingCost InvoicePeriod OrderLineReference DocumentReference AllowanceCharge Item Price',
  InvoicePeriod: 'StartDate EndDate DescriptionCode',
  Item: 'Description Name BuyersItemIdentification SellersItemIdentification ClassifiedTaxCategory AdditionalItemProperty',
  Price: 'PriceAmount BaseQuantity AllowanceCharge',
  CrossIndustryInvoice: 'ExchangedDocumentContext ExchangedDocument SupplyChainTradeTransaction',
  ExchangedDocument: 'ID TypeCode IssueDateTime IncludedNote',
  SupplyChainTradeTransaction:
    'IncludedSupplyChainTradeLineItem ApplicableHeaderTradeAgreement ApplicableHeaderTradeDelivery ApplicableHeaderTradeSettlement',
  IncludedSupplyChainTradeLineItem:
    'AssociatedDocumentLineDocument SpecifiedTradeProduct SpecifiedLineTradeAgreement SpecifiedLineTradeDelivery SpecifiedLineTradeSettlement',
  SpecifiedTradeProduct: 'GlobalID SellerAssignedID BuyerAssignedID Name Description',
  SpecifiedLineTradeSettlement:
    'ApplicableTradeTax BillingSpecifiedPeriod SpecifiedTradeAllowanceCharge SpecifiedTradeSettlementLineMonetarySummation',
  ApplicableTradeTax:
    'CalculatedAmount TypeCode ExemptionReason BasisAmount CategoryCode ExemptionReasonCode TaxPointDate DueDateTypeCode RateApplicablePercent',
  ApplicableHeaderTradeAgreement: 'BuyerReference SellerTradeParty BuyerTradeParty',
  SellerTradeParty:
    'ID GlobalID Name Description SpecifiedLegalOrganization DefinedTradeContact PostalTradeAddress URIUniversalCommunication SpecifiedTaxRegistration',
  BuyerTradeParty:
    'ID GlobalID Name SpecifiedLegalOrganization DefinedTradeContact PostalTradeAddress URIUniversalCommunication SpecifiedTaxRegistration',
  PostalTradeAddress: 'PostcodeCode LineOne LineTwo LineThree CityName CountryID CountrySubDivisionName',
  ApplicableHeaderTradeSettlement:
    'CreditorReferenceID PaymentReference TaxCurrencyCode InvoiceCurrencyCode PayeeTradeParty SpecifiedTradeSettlementPaymentMeans ApplicableTradeTax BillingSpecifiedPeriod SpecifiedTradeAllowanceCharge SpecifiedTradePaymentTerms SpecifiedTradeSettlementHeaderMonetarySummation InvoiceReferencedDocument ReceivableSpecifiedTradeAccountingAccount',
  SpecifiedTradeSettlementHeaderMonetarySummation:
    'LineTotalAmount ChargeTotalAmount AllowanceTotalAmount TaxBasisTotalAmount TaxTotalAmount RoundingAmount GrandTotalAmount TotalPrepaidAmount DuePayableAmount',
};

function orderFaults(node: Node): string[] {
  const order = orders[node.name]?.split(' ');
  const places = node.children.map(({ name }) => order?.indexOf(name) ?? 0);
  const wrong = places.flatMap((place, index) => {
    const child = node.children[index]?.name ?? '';
    if (place < 0) return [`${child} is not in ${node.name} (order)`];
    return index > 0 && place < (places[index - 1] ?? 0) ? [`${child} is out of order in ${node.name}`] : [];
  });
  return [...(order ? wrong : []), ...node.children.flatMap(orderFaults)];
}

interface Figures {
  readonly currency: string;
  readonly lines: readonly {
    quantity: string;
    price: string;
    net: string;
    category: string;
    percent: string;
  }[];
  readonly taxes: readonly { net: string; tax: string; category: string; percent: string; reason: string }[];
  readonly lineTotal: string;
  readonly net: string;
  readonly tax: string;
  readonly gross: string;
  readonly payable: string;
  readonly terms: string;
  readonly vatNumbers: readonly string[];
  readonly sellerTaxIds: number;
  readonly countries: readonly string[];
  readonly needed: Readonly<Record<string, string>>;
}

/** The rules of the standard by their names, over what both syntaxes say. */
function ruleFaults(of: Figures): string[] {
  const minor = (amount: string): bigint => minorOf(amount, of.currency);
  const sum = (amounts: readonly string[]): bigint =>
    amounts.reduce((total, each) => total + minor(each), 0n);
  const rules: [string, boolean][] = [
    ...Object.entries(of.needed).map(([rule, value]): [string, boolean] => [rule, value !== '']),
    ['BR-16: at least one line', of.lines.length > 0],
    ['BR-CO-10: sum of the lines', minor(of.lineTotal) === sum(of.lines.map(({ net }) => net))],
    ['BR-CO-13: total without VAT', minor(of.net) === minor(of.lineTotal)],
    ['BR-CO-14: sum of the VAT', minor(of.tax) === sum(of.taxes.map(({ tax }) => tax))],
    ['BR-CO-15: total with VAT', minor(of.gross) === minor(of.net) + minor(of.tax)],
    ['BR-CO-16: amount due', minor(of.payable) === minor(of.gross)],
    ['BR-CO-18: a VAT breakdown', of.taxes.length > 0],
    ['BR-CO-25: terms', minor(of.payable) <= 0n || of.terms !== ''],
    ['BR-CO-26: the seller is identified', of.sellerTaxIds > 0],
    ['BR-11: countries', of.countries.length === 2 && of.countries.every((code) => /^[A-Z]{2}$/.test(code))],
    ['BR-CO-09: a VAT number begins with its country', of.vatNumbers.every((id) => /^[A-Z]{2}/.test(id))],
  ];
  for (const { quantity, price, net, category, percent } of of.lines) {
    rules.push(['BR-27: a price is not negative', !price.startsWith('-')]);
    rules.push(['line net is quantity × price', minor(net) === BigInt(quantity) * minor(price)]);
    rules.push([
      'BR-O-05: outside of VAT has no rate, the others have one',
      (category === 'O') === (percent === ''),
    ]);
  }
  for (const { net, tax, category, percent, reason } of of.taxes) {
    const own = of.lines.filter((line) => line.category === category && line.percent === percent);
    rules.push([`BR-${category}-08: taxable amount`, minor(net) === sum(own.map((line) => line.net))]);
    // The tolerance of one unit is that of the official validation: amounts that contain tax can't always be split exactly.
    const share = fromPercent(parseDecimal(percent || '0')?.value ?? ratio(0n));
    const exact = roundHalfUp(multiply(ratio(minor(net)), share));
    const unit = 10n ** BigInt((net.split('.')[1] ?? '').length);
    const difference = minor(tax) > exact ? minor(tax) - exact : exact - minor(tax);
    rules.push(['BR-CO-17: VAT of a rate', compare(divide(ratio(difference), ratio(unit)), ratio(1n)) < 0]);
    rules.push([
      `BR-${category}-10: a reason for no VAT`,
      category === 'S' || category === 'Z' || reason !== '',
    ]);
  }
  return rules.flatMap(([rule, holds]) => (holds ? [] : [rule]));
}

/** What is wrong with a UBL credit note, or debit note; none: nothing was found. */
export function ublFaults(xml: string): string[] {
  const root = parsed(xml);
  const isCredit = root.name === 'CreditNote';
  const totals = one(root, 'LegalMonetaryTotal');
  const parties = ['AccountingSupplierParty', 'AccountingCustomerParty'].map((name) =>
    one(root, name, 'Party'),
  );
  const taxIds = parties.map((party) => all(party, 'PartyTaxScheme'));
  return [
    ...orderFaults(root),
    ...ruleFaults({
      currency: textAt(root, 'DocumentCurrencyCode'),
      lines: all(root, isCredit ? 'CreditNoteLine' : 'InvoiceLine').map((line) => ({
        quantity: textAt(line, isCredit ? 'CreditedQuantity' : 'InvoicedQuantity'),
        price: textAt(line, 'Price', 'PriceAmount'),
        net: textAt(line, 'LineExtensionAmount'),
        category: textAt(line, 'Item', 'ClassifiedTaxCategory', 'ID'),
        percent: textAt(line, 'Item', 'ClassifiedTaxCategory', 'Percent'),
      })),
      taxes: all(root, 'TaxTotal', 'TaxSubtotal').map((tax) => ({
        net: textAt(tax, 'TaxableAmount'),
        tax: textAt(tax, 'TaxAmount'),
        category: textAt(tax, 'TaxCategory', 'ID'),
        percent: textAt(tax, 'TaxCategory', 'Percent'),
        reason: textAt(tax, 'TaxCategory', 'TaxExemptionReason'),
      })),
      lineTotal: textAt(totals, 'LineExtensionAmount'),
      net: textAt(totals, 'TaxExclusiveAmount'),
      tax: textAt(root, 'TaxTotal', 'TaxAmount'),
      gross: textAt(totals, 'TaxInclusiveAmount'),
      payable: textAt(totals, 'PayableAmount'),
      terms: textAt(root, 'PaymentTerms', 'Note'),
      vatNumbers: taxIds
        .flat()
        .filter((scheme) => textAt(scheme, 'TaxScheme', 'ID') === 'VAT')
        .map((scheme) => textAt(scheme, 'CompanyID')),
      sellerTaxIds: (taxIds[0] ?? []).length + all(parties[0], 'PartyLegalEntity', 'CompanyID').length,
      countries: parties.map((party) => textAt(party, 'PostalAddress', 'Country', 'IdentificationCode')),
      needed: {
        'BR-01': textAt(root, 'CustomizationID'),
        'BR-02': textAt(root, 'ID'),
        'BR-03': textAt(root, 'IssueDate'),
        'BR-04': textAt(root, isCredit ? 'CreditNoteTypeCode' : 'InvoiceTypeCode'),
        'BR-06': textAt(parties[0], 'PartyLegalEntity', 'RegistrationName'),
        'BR-07': textAt(parties[1], 'PartyLegalEntity', 'RegistrationName'),
      },
    }),
  ];
}

/** The same of a Cross Industry Invoice. */
export function ciiFaults(xml: string): string[] {
  const root = parsed(xml);
  const trade = one(root, 'SupplyChainTradeTransaction');
  const settlement = one(trade, 'ApplicableHeaderTradeSettlement');
  const totals = one(settlement, 'SpecifiedTradeSettlementHeaderMonetarySummation');
  const parties = ['SellerTradeParty', 'BuyerTradeParty'].map((name) =>
    one(trade, 'ApplicableHeaderTradeAgreement', name),
  );
  const taxIds = parties.map((party) => all(party, 'SpecifiedTaxRegistration', 'ID'));
  return [
    ...orderFaults(root),
    ...ruleFaults({
      currency: textAt(settlement, 'InvoiceCurrencyCode'),
      lines: all(trade, 'IncludedSupplyChainTradeLineItem').map((line) => ({
        quantity: textAt(line, 'SpecifiedLineTradeDelivery', 'BilledQuantity'),
        price: textAt(line, 'SpecifiedLineTradeAgreement', 'NetPriceProductTradePrice', 'ChargeAmount'),
        net: textAt(
          line,
          'SpecifiedLineTradeSettlement',
          'SpecifiedTradeSettlementLineMonetarySummation',
          'LineTotalAmount',
        ),
        category: textAt(line, 'SpecifiedLineTradeSettlement', 'ApplicableTradeTax', 'CategoryCode'),
        percent: textAt(line, 'SpecifiedLineTradeSettlement', 'ApplicableTradeTax', 'RateApplicablePercent'),
      })),
      taxes: all(settlement, 'ApplicableTradeTax').map((tax) => ({
        net: textAt(tax, 'BasisAmount'),
        tax: textAt(tax, 'CalculatedAmount'),
        category: textAt(tax, 'CategoryCode'),
        percent: textAt(tax, 'RateApplicablePercent'),
        reason: textAt(tax, 'ExemptionReason'),
      })),
      lineTotal: textAt(totals, 'LineTotalAmount'),
      net: textAt(totals, 'TaxBasisTotalAmount'),
      tax: textAt(totals, 'TaxTotalAmount'),
      gross: textAt(totals, 'GrandTotalAmount'),
      payable: textAt(totals, 'DuePayableAmount'),
      terms: textAt(settlement, 'SpecifiedTradePaymentTerms', 'Description'),
      vatNumbers: taxIds
        .flat()
        .filter(({ attributes }) => attributes['schemeID'] === 'VA')
        .map(({ text }) => text),
      sellerTaxIds: (taxIds[0] ?? []).length,
      countries: parties.map((party) => textAt(party, 'PostalTradeAddress', 'CountryID')),
      needed: {
        'BR-01': textAt(root, 'ExchangedDocumentContext', 'GuidelineSpecifiedDocumentContextParameter', 'ID'),
        'BR-02': textAt(root, 'ExchangedDocument', 'ID'),
        'BR-03': textAt(root, 'ExchangedDocument', 'IssueDateTime', 'DateTimeString'),
        'BR-04': textAt(root, 'ExchangedDocument', 'TypeCode'),
        'BR-06': textAt(parties[0], 'Name'),
        'BR-07': textAt(parties[1], 'Name'),
      },
    }),
  ];
}
