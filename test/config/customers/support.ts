import { join } from 'node:path';
import { parseCustomers, type BookResult } from '../../../src/config/customers/parse.js';
import { plansFrom } from '../../../src/config/customers/draft.js';
import { planFiles } from '../../../src/config/plan/parse.js';
import type { CustomerRegistry } from '../../../src/core/customer/book.js';
import { formatProblems } from '../../../src/config/problem.js';
import { root } from '../../support/source-files.js';

export const badFolder = join(root, 'test/config/customers/bad');

export function parsed(text: string, file = 'customers.yaml'): BookResult {
  return parseCustomers(text, {
    file,
    pops: ['HKG', 'SIN', 'FRA'],
    plans: plansFrom(planFiles(root), badFolder),
  });
}

/** The book of a text that has no fault. */
export function bookOf(text: string): CustomerRegistry {
  const result = parsed(text);
  if (!result.ok) throw new Error(formatProblems(result.problems));
  return result.book;
}
