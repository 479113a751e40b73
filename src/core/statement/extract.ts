import type { StatementChange, StatementDocument } from './document.js';
import type { Part, PartTerm } from './document-parts.js';

/** Where an amount stood that is not shown. */
const hidden = '';
/** Under which a difference of two revisions tells an amount, or what amounts follow from. */
const figureOfMoney = /rent|credit|tax|net|base|cap|cause|claim|bound|sellers|currency/i;

/** Whether a document has its amounts: one that was made for somebody who may not see them has no currency. */
export const hasAmounts = ({ currency }: Pick<StatementDocument, 'currency'>): boolean => currency !== hidden;

/**
 * A statement for those who may see the quality of a service and no amount: who buys from a reseller. Every field is
 * named here, so that what a later format adds is not handed out with it. Neither the hashes nor the digests are: whoever
 * knows all but an amount could find that by trying. The sellers above the customer are not in it either, nor what the
 * contract pays by, or until when it is claimed.
 */
export function withoutAmounts(document: StatementDocument): StatementDocument {
  const { format, id, month, service, revision, state, toDate, customer, site, software, asOf } = document;
  const { complete, acceptedIncomplete, paths, outages, exclusions, unobserved } = document;
  return {
    format,
    id,
    month,
    service,
    revision,
    state,
    toDate,
    customer,
    site,
    sellers: [],
    software,
    asOf,
    currency: hidden,
    total: { rent: hidden, credit: hidden, tax: null, net: null, taxRatePercent: null },
    complete,
    acceptedIncomplete,
    parts: document.parts.map(partWithoutAmounts),
    paths,
    outages,
    exclusions,
    unobserved,
    shortestSureOutageMs: document.shortestSureOutageMs,
    change: document.change && changeWithoutAmounts(document.change),
    inputs: {
      digest: hidden,
      ledgerHead: { seq: 0, hash: hidden },
      rounds: { count: document.inputs.rounds.count, digest: hidden },
      config: hidden,
    },
    previous: null,
  };
}

function partWithoutAmounts(part: Part): Part {
  const { plan, zone, lines, start, end, period, unavailable, unavailableMs, excusedMs } = part;
  const { removedMs, unobservedMs, complete, availabilityPercent, commitmentPercent, met, bounds } = part;
  const { availabilityLowerBoundPercent: lowerBound, toDate, terms, next } = part;
  return {
    // The digest of a plan is of all its rules, and they are public.
    plan,
    zone,
    class: part.class,
    lines,
    ...(terms && { terms: terms.map(termWithoutAmounts) }),
    ...(next !== undefined && { next }),
    start,
    end,
    period,
    unavailable,
    unavailableMs,
    excusedMs,
    removedMs,
    unobservedMs,
    complete,
    availabilityPercent,
    ...(lowerBound !== undefined && { availabilityLowerBoundPercent: lowerBound }),
    ...(toDate && { toDate }),
    commitmentPercent,
    met,
    monthlyRent: hidden,
    rent: hidden,
    base: hidden,
    causes: [],
    credit: { percent: hidden, uncapped: hidden, afterCaps: hidden, amount: hidden, capped: false },
    caps: [],
    siteMonth: { rent: hidden, cap: null, credit: hidden },
    tax: { ratePercent: null, gross: hidden, tax: null, net: null },
    claim: null,
    bounds: bounds && {
      creditLow: hidden,
      creditHigh: hidden,
      availabilityLow: bounds.availabilityLow,
      availabilityHigh: bounds.availabilityHigh,
    },
  };
}

const termWithoutAmounts = ({ from, to, class: of, lines, paths }: PartTerm): PartTerm => ({
  from,
  to,
  class: of,
  lines,
  paths,
  monthlyRent: hidden,
  rent: hidden,
});

/** The sentences of the earlier formats may tell amounts, so that they are left out. */
const changeWithoutAmounts = ({ since, why, differences }: StatementChange): StatementChange => ({
  since,
  why: why.filter(
    (reason) =>
      typeof reason !== 'string' &&
      !['sellers-changed', 'terms-changed', 'figures-changed'].includes(reason.code),
  ),
  differences: differences.filter(({ field }) => !figureOfMoney.test(field)),
  creditDifference: hidden,
});

/** What such a document is called, since it is not one that is hashed and signed. */
export const extractFormat = 'pop-sla-statement-extract/1' as const;

const absent = undefined;

/** The same as it is handed out as JSON: what is not shown has no place in it. */
export function extractJson(document: StatementDocument) {
  const shown = withoutAmounts(document);
  const money = { monthlyRent: absent, rent: absent };
  return {
    ...shown,
    format: extractFormat,
    sellers: absent,
    currency: absent,
    total: absent,
    parts: shown.parts.map((part) => ({
      ...part,
      ...money,
      terms: part.terms?.map((term) => ({ ...term, ...money })),
      base: absent,
      causes: absent,
      credit: absent,
      caps: absent,
      siteMonth: absent,
      tax: absent,
      claim: absent,
      bounds: part.bounds && { ...part.bounds, creditLow: absent, creditHigh: absent },
    })),
    change: shown.change && { ...shown.change, creditDifference: absent },
    inputs: { rounds: { count: shown.inputs.rounds.count } },
    previous: absent,
  };
}
