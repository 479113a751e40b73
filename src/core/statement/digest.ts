import type { Digest } from '../ledger/chain.js';
import type { FractionSum, SummedPart } from '../measurement/figures.js';
import type { Day } from '../time/calendar.js';
import type { PathId } from '../types.js';
import type { StatementDocument } from './document.js';
import { sumsByDay } from './facts.js';

/** The rounds of one path that a month holds: how many, and what they add up to. */
export interface PathRounds {
  readonly path: PathId;
  readonly count: number;
  readonly digest: string;
}

/**
 * What a path's rounds add up to day by day, in one number: whatever changes a mean changes it. Built from the
 * database's sums or from the rounds themselves (`partsOfRounds`), it is the same.
 */
export function pathRounds(
  path: PathId,
  days: readonly Day[],
  parts: readonly SummedPart[],
  digest: Digest,
): PathRounds {
  const sums = sumsByDay(days, parts);
  const spelled = sums.flatMap(({ held, latency, loss }, index) =>
    held === 0 ? [] : [[days[index]?.day ?? '', held, fractions(latency), fractions(loss)]],
  );
  return { path, count: sums.reduce((all, { held }) => all + held, 0), digest: digest({ path, spelled }) };
}

/** Of a statement: all of its paths together. */
export function roundsOfStatement(
  paths: readonly PathRounds[],
  digest: Digest,
): { readonly count: number; readonly digest: string } {
  const sorted = [...paths].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  return {
    count: sorted.reduce((all, { count }) => all + count, 0),
    digest: digest(sorted.map(({ path, digest: own }) => [path, own])),
  };
}

/** [count, denominator, numerator, …] by rising denominators. */
function fractions({ count, numerators }: FractionSum): (number | string)[] {
  const sorted = [...numerators].sort(([a], [b]) => a - b);
  return [count, ...sorted.flatMap(([denominator, numerator]) => [denominator, String(numerator)])];
}

/**
 * What a statement's figures rest on, and those figures: when it is another, the month has to be stated anew. Without
 * what only tells when and by whom it was drawn up, without words on it, and without what is there of other services
 * (caps and sites: what they do to this one shows in its amounts).
 */
export function digestInputs(document: StatementDocument): object {
  const { month, service, customer, site, sellers, currency, total, complete } = document;
  const { paths, outages, exclusions, unobserved, inputs } = document;
  return {
    month,
    service,
    customer,
    site,
    sellers,
    currency,
    total,
    complete,
    paths,
    outages,
    exclusions,
    unobserved,
    rounds: inputs.rounds,
    parts: document.parts.map(({ plan: { id, version }, ...part }) => ({
      plan: { id, version },
      ...Object.fromEntries(Object.entries(part).filter(([key]) => !beside.has(key))),
    })),
  };
}

const beside = new Set(['explain', 'rulings', 'toDate', 'bounds', 'caps', 'siteMonth']);
