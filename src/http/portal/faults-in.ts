import { Refused } from '../../engine/ledger/enter.js';
import { BadRequest } from '../problem.js';

/** What is wrong with what a form said, to stand beside it; null: it is another kind of error. */
export function faultsIn(error: unknown): readonly string[] | null {
  if (error instanceof BadRequest)
    return error.faults.map(({ parameter, detail }) => `${parameter} ${detail}`);
  if (error instanceof Refused)
    return error.refusals.map(({ field, what, allowed }) => `${field} ${what}; allowed: ${allowed}`);
  return null;
}
