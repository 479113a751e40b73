import { compare, parseDecimal } from '../number.js';
import type { StatementDocument } from './document.js';

/** What a statement can be looked for by. */
export const statementStates = ['draft', 'sealed', 'revised', 'changed', 'incomplete'] as const;
export type StatementState = (typeof statementStates)[number];

/** What a list is filtered by that only the documents say. */
export interface FigureFilter {
  readonly incomplete?: boolean;
  /** Only those with a credit above zero. */
  readonly credited?: boolean;
  /** A decimal percentage: only those of which a part has a lower availability. */
  readonly availabilityBelow?: string;
}

export interface FilteredFigures {
  readonly complete: boolean;
  readonly credit: string;
  /** Of each part. */
  readonly availability: readonly string[];
}

/** The filter of a state that a list may be asked for. */
export const filterOfState = (state: StatementState) =>
  ({
    draft: { state: 'draft' as const },
    sealed: { state: 'sealed' as const },
    revised: { revised: true },
    changed: { changed: true },
    incomplete: { incomplete: true },
  })[state];

/** A percentage that availability is compared with. */
export const isPercentage = (text: string): boolean =>
  /^(?:100(?:\.0{1,9})?|\d{1,2}(?:\.\d{1,9})?)$/.test(text);

export const filteredFigures = ({ complete, total, parts }: StatementDocument): FilteredFigures => ({
  complete,
  credit: total.credit,
  availability: parts.map(({ availabilityPercent }) => availabilityPercent),
});

/** Decided on the decimal texts: 99.9500 is not below 99.95. */
export function matchesFigures(figures: FilteredFigures, filter: FigureFilter): boolean {
  const { incomplete = false, credited = false, availabilityBelow } = filter;
  return (
    (!incomplete || !figures.complete) &&
    (!credited || isAbove(figures.credit, '0')) &&
    (availabilityBelow === undefined || figures.availability.some((one) => isAbove(availabilityBelow, one)))
  );
}

/** False for what is no decimal: an amount that is not shown is not above zero. */
function isAbove(one: string, other: string): boolean {
  const [a, b] = [parseDecimal(one)?.value, parseDecimal(other)?.value];
  return a !== undefined && b !== undefined && compare(a, b) > 0;
}

/** Whether a filter asks for what only the documents say. */
export const asksFigures = ({ incomplete, credited, availabilityBelow }: FigureFilter): boolean =>
  incomplete === true || credited === true || availabilityBelow !== undefined;
