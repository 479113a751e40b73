import type { Digest } from '../ledger/chain.js';
import type { FractionSum, SummedPart } from '../measurement/figures.js';
import type { Day } from '../time/calendar.js';
import type { PathId } from '../types.js';
import type { StatementDocument } from './document.js';
import { sumsByDay } from './facts.js';

/** The number of a path's rounds that count for a month, and a digest of their sums. */
export interface PathRounds {
  readonly path: PathId;
  readonly count: number;
  readonly digest: string;
}

/**
 * A digest of a path's daily sums, so that a change of any mean changes it. It is the same whether computed from the
 * database's sums or from the rounds (`partsOfRounds`).
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

/** The count and digest over all paths of a statement. */
export function roundsOfStatement(
  paths: readonly PathRounds[],
  digest: Digest,
): { readonly count: number; readonly digest: string } {
  const sorted = [...paths].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  return {
    count: sorted.reduce((all, { count }) => all + count, 0),
    digest: digest(sorted.map(({ path, digest: pathDigest }) => [path, pathDigest])),
  };
}

/** `[count, denominator, numerator, …]` with ascending denominators. */
function fractions({ count, numerators }: FractionSum): (number | string)[] {
  const sorted = [...numerators].sort(([a], [b]) => a - b);
  return [count, ...sorted.flatMap(([denominator, numerator]) => [denominator, String(numerator)])];
}

/**
 * The part of a statement that is hashed to detect a change: its figures and source data. When the digest changes, the
 * month needs a new revision. Fields that only say when and by whom it was created, texts, and data of other services
 * (their effect through caps and sites shows in this service's amounts) are left out.
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
