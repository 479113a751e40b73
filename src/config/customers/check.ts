import type { Fault } from '../problem.js';
import { checkDays } from './check-days.js';
import { checkNames } from './check-names.js';
import { checkResale } from './check-resale.js';
import { checkTerms } from './check-terms.js';
import type { Draft, Surroundings } from './draft.js';

/** What is wrong between the items of a book, whether a file or people said them. */
export function checkBook(draft: Draft, around: Surroundings): Fault[] {
  return [
    ...checkNames(draft, around),
    ...checkResale(draft),
    ...checkDays(draft),
    ...checkTerms(draft, around),
  ];
}
