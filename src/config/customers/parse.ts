import type { Book } from '../../core/customer/book.js';
import type { Plan } from '../../core/plan/plan.js';
import { parseStrict } from '../strict.js';
import type { Fault, Problem } from '../problem.js';
import { buildBook } from './build.js';
import { checkBook } from './check.js';
import type { Draft } from './draft.js';
import { planFilesOf, type PlanSource } from './plans.js';
import { customersSchema, type RawCustomers } from './schema.js';

/** What a file says, to lay what was entered beside it. */
export interface BookBase {
  /** In problems, and for people who look for what it says. */
  readonly file: string | null;
  readonly raw: RawCustomers;
  /** Every plan that a service may name, by id. */
  readonly plans: () => ReadonlyMap<string, Plan>;
}

export type BookResult =
  | { readonly ok: true; readonly book: Book; readonly base: BookBase }
  | { readonly ok: false; readonly problems: readonly Problem[] };

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
    return [...own.faults, ...checkBook(draft, { pops, plans })];
  };
  const parsed = parseStrict({ text, file, schema: customersSchema, check });
  if (!parsed.ok) return parsed;
  const base = { file, raw: parsed.value, plans: () => plans };
  return { ok: true, book: buildBook(parsed.value, plans), base };
}
