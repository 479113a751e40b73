import type { Book } from '../../core/customer/book.js';
import type { Plan } from '../../core/plan/plan.js';
import { parseStrict } from '../strict.js';
import type { Fault, Problem } from '../problem.js';
import { checkDays } from './check-days.js';
import { checkNames } from './check-names.js';
import { checkResale } from './check-resale.js';
import { checkTerms } from './check-terms.js';
import { buildBook } from './build.js';
import type { Draft } from './draft.js';
import { planFilesOf, type PlanSource } from './plans.js';
import { customersSchema } from './schema.js';

export type BookResult =
  { readonly ok: true; readonly book: Book } | { readonly ok: false; readonly problems: readonly Problem[] };

export interface CustomersContext {
  /** What the file is called in problems. */
  readonly file: string;
  /** The PoPs of the configuration. */
  readonly pops: readonly string[];
  readonly plans: PlanSource;
}

/** The text of a file of customers → the book, or everything that is wrong with it, in its order. Never throws. */
export function parseCustomers(text: string, { file, pops, plans: source }: CustomersContext): BookResult {
  let plans: ReadonlyMap<string, Plan> = new Map();
  const check = (draft: Draft): Fault[] => {
    const own = planFilesOf(draft, source);
    plans = own.plans;
    const around = { pops, plans };
    return [
      ...own.faults,
      ...checkNames(draft, around),
      ...checkResale(draft),
      ...checkDays(draft),
      ...checkTerms(draft, around),
    ];
  };
  const parsed = parseStrict({ text, file, schema: customersSchema, check });
  return parsed.ok ? { ok: true, book: buildBook(parsed.value, plans) } : parsed;
}
