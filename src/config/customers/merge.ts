import type { CustomerRegistry } from '../../core/customer/book.js';
import type { EnteredItem } from '../../core/customer/entered.js';
import { type RegistryList, registryLists, type WrittenItem } from '../../core/customer/actions.js';
import { validationError, type ValidationIssue } from '../../core/ledger/errors.js';
import { type Fault, formatKeyPath, type KeyPath, salvage, shapeFaults } from '../problem.js';
import { type BookBase, buildBook } from './parse.js';
import { checkBook } from './check.js';
import type { Draft } from './draft.js';
import { customersSchema, type RawCustomers } from './schema.js';

interface MergeInput {
  readonly base: BookBase;
  readonly pops: readonly string[];
  /** Of any state; withdrawn ones count for nothing. */
  readonly entered: readonly EnteredItem[];
  /** The entry that is being made: its faults are named by their keys only. */
  readonly focus?: { readonly item: string; readonly change: WrittenItem | null };
}

type Merged =
  | { readonly ok: true; readonly book: CustomerRegistry }
  | { readonly ok: false; readonly refusals: readonly ValidationIssue[] };

/** What the file says and what was entered, as one book, by the same checks as the file alone; or all that is wrong. */
export function mergeBook(input: MergeInput): Merged {
  const { base, pops } = input;
  const entered = input.entered.filter(({ withdrawn }) => !withdrawn);
  const written = Object.fromEntries(registryLists.map((list) => [list, itemsOf(entered, list)]));
  const taken = inTheFile(entered, base, input.focus?.item);
  const parsed = customersSchema.safeParse(written, { reportInput: true });
  const shape = parsed.success ? [] : shapeFaults(customersSchema, parsed.error.issues, written);
  const plans = base.plans();
  const readable = salvage(customersSchema, written) ?? {};
  const offset = (list: RegistryList): number => base.raw[list].length;
  const between = checkBook(joined(base.raw, readable), { pops, plans });
  const faults = [
    ...shape.map((fault) => ({ ...fault, at: shifted(fault.at, offset) })),
    // An id that is the file's would be reported twice.
    ...(taken.length > 0 ? [] : between),
  ];
  const refusals = [...taken, ...faults.map((fault) => refusalOf(fault, written, entered, input))];
  if (refusals.length > 0 || !parsed.success) return { ok: false, refusals };
  return { ok: true, book: buildBook(joined(base.raw, parsed.data) as RawCustomers, plans) };
}

const itemsOf = (entered: readonly EnteredItem[], list: RegistryList): object[] =>
  entered
    .filter((one) => one.list === list)
    .map(({ item, changes }) => (list === 'services' ? { ...item, changes } : item));

function joined(raw: RawCustomers, draft: Draft): Draft {
  return {
    plans: raw.plans,
    customers: [...raw.customers, ...(draft.customers ?? [])],
    resale: [...raw.resale, ...(draft.resale ?? [])],
    sites: [...raw.sites, ...(draft.sites ?? [])],
    lines: [...raw.lines, ...(draft.lines ?? [])],
    services: [...raw.services, ...(draft.services ?? [])],
  };
}

function shifted([list, index, ...rest]: KeyPath, offset: (list: RegistryList) => number): KeyPath {
  return typeof index === 'number'
    ? [list ?? '', index + offset(list as RegistryList), ...rest]
    : [list ?? ''];
}

/** What has an id is either the file's or entered. */
function inTheFile(
  entered: readonly EnteredItem[],
  { raw, file }: BookBase,
  focus?: string,
): ValidationIssue[] {
  return entered.flatMap(({ entry, list, item: { id } }) => {
    if (list === 'resale' || !raw[list].some((one) => one.id === id)) return [];
    const field = entry === focus ? 'id' : `${entry} id`;
    const what = `${JSON.stringify(id)} is in the file ${file ?? 'of customers'}`;
    return [
      validationError(field, what, 'an id that the file does not have; what the file has is changed there'),
    ];
  });
}

function refusalOf(
  { at, what, allowed = 'what config/customers.yaml shows', onKey }: Fault,
  written: Readonly<Record<string, object[]>>,
  entered: readonly EnteredItem[],
  { base, focus }: MergeInput,
): ValidationIssue {
  const enteredItem = (list: RegistryList, index: number): EnteredItem | undefined =>
    entered.filter((one) => one.list === list)[index - base.raw[list].length];
  const named = what.replace(/(\w+)\[(\d+)\]/g, (text, list: string, index: string) => {
    const item =
      list in base.raw && list !== 'plans' ? enteredItem(list as RegistryList, Number(index)) : undefined;
    return item ? item.entry : text;
  });
  const [list, index, ...rest] = at;
  const item = typeof index === 'number' ? enteredItem(list as RegistryList, index) : undefined;
  if (!item) return validationError(formatKeyPath(at), named, allowed);
  const inWritten =
    written[list as RegistryList]?.[(index as number) - base.raw[list as RegistryList].length];
  const value = onKey ? undefined : valueAt(inWritten, rest);
  const shown = value === undefined ? named : `${JSON.stringify(value)} ${named}`;
  if (item.entry !== focus?.item) {
    const key = rest.length === 0 ? '' : ` ${formatKeyPath(rest)}`;
    return validationError(`${item.entry}${key}`, shown, allowed);
  }
  const change = rest[0] === 'changes' && typeof rest[1] === 'number' ? item.changes[rest[1]] : undefined;
  const isFocus = change !== undefined && change === focus.change;
  return validationError(formatKeyPath(isFocus ? rest.slice(2) : rest), shown, allowed);
}

function valueAt(item: unknown, at: KeyPath): unknown {
  let here = item;
  for (const step of at) {
    if (typeof here !== 'object' || here === null) return undefined;
    here = (here as Record<string | number, unknown>)[step];
  }
  return typeof here === 'object' && !Array.isArray(here) ? undefined : here;
}
