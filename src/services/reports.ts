import type { Config } from '../config/config.js';
import { type CustomerRegistry, bookMonth, sellersOf } from '../core/customer/book.js';
import { type ValidationIssue, validationError } from '../core/ledger/errors.js';
import type { Assembler } from '../core/statement/assemble.js';
import { statementId } from '../core/statement/document.js';
import { withoutAmounts } from '../core/statement/extract.js';
import { joinedNames, type Names, namesFrom } from '../core/statement/names.js';
import { currentRuleSet } from '../core/statement/rule-set.js';
import { formatInstant, isMonthName, monthRule } from '../core/time/calendar.js';
import type { EpochMs } from '../core/types.js';
import {
  inReportOrder,
  type Report,
  type ReportSelection,
  type ReportStatement,
} from '../render/report/report.js';
import { sha256 } from '../seal/canonical.js';
import type { StatementStore } from '../store/statement-store.js';
import type { Store } from '../store/store.js';
import { namesOf, withLedgerEntries } from './customers/in-force.js';
import { ValidationError } from './ledger/entries.js';
import type { Judging } from './months/impact.js';
import { drawMonth } from './statements/draw.js';

/** The customer and sellers of a service in a month. */
interface Belonging {
  readonly service: string;
  readonly customer: string;
  readonly site: string;
  /** From the direct seller upwards. */
  readonly sellers: readonly string[];
}

interface MonthServices {
  readonly services: readonly Belonging[];
  /** In the zones of the plans that judge them; null: there is no service. */
  readonly from: EpochMs | null;
  readonly to: EpochMs | null;
}

/** The services with a day in the month. */
function monthServices(book: CustomerRegistry, month: string): MonthServices {
  const services = new Map<string, Belonging>();
  let [from, to]: [EpochMs | null, EpochMs | null] = [null, null];
  const { plans, unplanned } = bookMonth(book, month, currentRuleSet);
  const note = (service: string, owner: string | null, site: string): void => {
    const customer = owner ?? '';
    const sellers = customer === '' ? [] : sellersOf(book, customer, `${month}-01`);
    services.set(service, { service, customer, site, sellers });
  };
  for (const { month: zoned, services: own } of plans) {
    from = Math.min(from ?? zoned.from, zoned.from);
    to = Math.max(to ?? zoned.to, zoned.to);
    for (const { id, customer, site } of own) note(id, customer, site);
  }
  for (const { service, customer, site } of unplanned) note(service, customer, site);
  return { services: [...services.values()], from, to };
}

interface ReportsOptions {
  readonly store: Pick<Store, 'ledger' | 'watch' | 'rounds' | 'statements'>;
  readonly config: () => Config;
  readonly now: () => EpochMs;
  /** The program version. */
  readonly software: string;
  /** Creates statements, for example in a worker thread; in this thread by default. */
  readonly judging?: Pick<Judging, 'draw'>;
  /** Drafts are created anew, not read: the store may only be read, and nothing keeps them in line. */
  readonly renewDrafts?: true;
}

export interface ReportRequest {
  /** Such as `2026-10`. */
  readonly month: string;
  readonly selection: ReportSelection;
  /** The revision of a sealed statement, for a single service only; null: the latest, else the draft. */
  readonly revision: number | null;
  /** A month in progress is calculated up to now. */
  readonly toDate: boolean;
  /** Which customers' statements may be included; all by default. Even the existence of others is not disclosed. */
  readonly maySee?: (customer: string) => boolean;
  /** Of which of those the amounts are shown; of all by default. */
  readonly showsAmounts?: (customer: string) => boolean;
}

export interface Reports {
  /** Rejects with a `ValidationError` for an invalid request. */
  report(request: ReportRequest): Promise<Report>;
  /** The same in two steps: a description of the report, and a function that reads its data. */
  prepare(request: ReportRequest): Promise<PreparedReport>;
}

interface PreparedReport {
  /**
   * The same for reports with the same content: built from the hashes of the stored statements and all names in the
   * report. Null: a statement has to be calculated, so the content is not known yet.
   */
  readonly fingerprint: string | null;
  readonly read: () => Promise<Report>;
}

/** Reports of months: sealed statements as they were sealed, the others as drafts. */
export function createReports(options: ReportsOptions): Reports {
  const { store, now, software } = options;
  const reports: Reports = {
    report: async (request) => (await reports.prepare(request)).read(),
    async prepare(request) {
      const { month, selection, revision, maySee = () => true, showsAmounts = () => true } = request;
      check(request);
      const whole = withLedgerEntries(options.config(), await store.ledger.events());
      const config = { ...whole, book: seenOf(whole.book, maySee) };
      const ofBook = monthServices(config.book, month);
      const kept = await keptOf(store.statements, request);
      const isOver = ofBook.to === null || ofBook.to <= now();
      const there = [...ofBook.services.filter(({ service }) => !kept.has(service)), ...kept.values()].filter(
        // Who sells a service is told to those alone who see what it costs.
        ({ customer }) => maySee(customer) && (selection.by !== 'reseller' || showsAmounts(customer)),
      );
      if (there.length === 0) throw new ValidationError([unknownMonth(config, month)]);
      if (!isOver) checkToDate(request, ofBook, now());
      const asked = there.filter((each) => isAsked(selection, each)).map(({ service }) => service);
      if (asked.length === 0)
        throw new ValidationError([
          nothingAsked(
            selection,
            month,
            seenOf(config.book, selection.by === 'reseller' ? showsAmounts : maySee),
            there,
          ),
        ]);
      const drawn = once(() =>
        options.judging
          ? options.judging.draw(month, asked, false)
          : drawMonth({ store, config: whole, now: now(), software }, month),
      );
      /** A draft as it would be created now, where nobody else keeps drafts in line with their source data. */
      const current = async (found: ReportStatement, service: string): Promise<ReportStatement> => {
        if (found.seal !== null || !options.renewDrafts) return found;
        const anew = await drawn();
        return anew.services.includes(service) && !anew.unjudged.has(service)
          ? { document: anew.draft(service), seal: null, names: found.names }
          : found;
      };
      const names = namesOf(config);
      const seen = (statement: ReportStatement): ReportStatement =>
        showsAmounts(statement.document.customer)
          ? statement
          : { document: withoutAmounts(statement.document), seal: null, names: statement.names };
      // The same statement is another file for those who see no amounts.
      const withheld = there.filter(({ customer }) => !showsAmounts(customer)).map(({ service }) => service);
      const hashes = asked.map((service) => kept.get(service)?.hashes ?? null);
      return {
        fingerprint: hashes.includes(null)
          ? null
          : sha256(
              Buffer.from(
                JSON.stringify([
                  month,
                  selection,
                  revision,
                  hashes,
                  withheld,
                  [names.customers, names.sites, names.pops].map((of) => [...of]),
                ]),
              ),
            ),
        read: async () => {
          const statements: ReportStatement[] = [];
          for (const service of asked) {
            const found = await statementOf(statementId(month, service), revision, store.statements, {
              names,
              maySee,
            });
            if (found) statements.push(await current(found, service));
            // A service that can't be judged is named by the month itself, and the others are reported all the same.
            else if (!(await drawn()).unjudged.has(service))
              statements.push({ document: (await drawn()).draft(service), seal: null, names });
          }
          const shown = inReportOrder(statements.map(seen));
          return { month, selection, statements: shown, names: reportNames(statements) };
        },
      };
    },
  };
  return reports;
}

function check({ month, selection: { by }, revision }: ReportRequest): void {
  const faults: ValidationIssue[] = [];
  if (!isMonthName(month))
    faults.push(validationError('month', `${month} is no month`, monthRule, ['no-month', month]));
  if (revision !== null && by !== 'service') {
    faults.push(validationError('revision', 'is of one statement', 'together with a service'));
  }
  if (faults.length > 0) throw new ValidationError(faults);
}

function checkToDate(
  { month, toDate }: ReportRequest,
  { from, to }: { readonly from: EpochMs | null; readonly to: EpochMs | null },
  now: EpochMs,
): void {
  if (from !== null && now < from) {
    throw new ValidationError([
      validationError('month', `${month} has not begun`, 'a month that is over, or has begun', [
        'month-not-begun',
        month,
      ]),
    ]);
  }
  if (toDate || to === null) return;
  const what = `${month} is not over, it is on ${formatInstant(to, 'UTC')}`;
  throw new ValidationError([
    validationError('month', what, 'a month that is over, or --to-date (toDate=true) for a draft', [
      'month-not-over',
      month,
    ]),
  ]);
}

function unknownMonth({ book }: Config, month: string): ValidationIssue {
  const first = book.services.map(({ start }) => start.slice(0, 7)).sort()[0];
  const allowed = first === undefined ? 'nothing: there are no services' : `a month from ${first} on`;
  return validationError('month', `${month} is no month of any service`, allowed, [
    'no-service-in-month',
    month,
  ]);
}

/** The customer data that may be disclosed. */
function seenOf(book: CustomerRegistry, maySee: (customer: string) => boolean): CustomerRegistry {
  return {
    ...book,
    customers: book.customers.filter(({ id }) => maySee(id)),
    services: book.services.filter(({ customer }) => maySee(customer)),
    sites: book.sites.filter(({ customer }) => maySee(customer)),
  };
}

/** With the hashes of the draft and of every revision. */
type ReportedBelonging = Belonging & { readonly hashes: string[] };

/** Services that have a statement in the month, as the statement names them: registry data may have changed since. */
async function keptOf(
  statements: StatementStore,
  { month, selection: { by } }: ReportRequest,
): Promise<Map<string, ReportedBelonging>> {
  const kept = new Map<string, ReportedBelonging>();
  for (const { id, service, customer, site, state, hash } of await statements.list({ month })) {
    const before = kept.get(service);
    if (before) {
      before.hashes.push(`${state} ${hash}`);
      continue;
    }
    // The sellers are only in the document itself.
    const document =
      by === 'reseller' ? ((await statements.sealed(id)) ?? (await statements.draft(id)))?.document : null;
    const hashes = [`${state} ${hash}`];
    kept.set(service, { service, customer, site, sellers: document?.sellers ?? [], hashes });
  }
  return kept;
}

interface NamesSeen {
  /** Those in force, as far as the caller may see them. */
  readonly names: Names;
  readonly maySee: (customer: string) => boolean;
}

/** A statement names its sellers by their ids to everybody who sees it, and by their names to those who see them. */
const seenNames = (names: Names, maySee: NamesSeen['maySee']): Names => ({
  ...names,
  customers: new Map([...names.customers].filter(([id]) => maySee(id))),
});

async function statementOf(
  id: string,
  revision: number | null,
  statements: StatementStore,
  { names, maySee }: NamesSeen,
): Promise<ReportStatement | null> {
  const sealed = await statements.sealed(id, ...(revision === null ? [] : [revision]));
  if (sealed !== null) {
    const { document, ...seal } = sealed;
    const stored = await statements.names(id, document.revision);
    return { document, seal, names: stored === null ? names : seenNames(namesFrom(stored), maySee) };
  }
  if (revision !== null) {
    const latest = (await statements.sealed(id))?.document.revision;
    const allowed = latest === undefined ? 'none: it is not sealed' : `1 to ${latest}`;
    throw new ValidationError([validationError('revision', `${id} has no revision ${revision}`, allowed)]);
  }
  const draft = await statements.draft(id);
  return draft && { document: draft.document, seal: null, names };
}

/** What was sealed last decides, and a draft before all: of sealed statements alone nothing that came later does. */
function reportNames(statements: readonly ReportStatement[]): Names {
  const sealedAt = ({ seal }: ReportStatement): number => (seal ? Date.parse(seal.sealedAt) : Infinity);
  const inOrder = [...statements].sort((a, b) => sealedAt(a) - sealedAt(b) || 0);
  return joinedNames(inOrder.map(({ names }) => names));
}

/** Draws at most once, and only when needed, because it is expensive. */
function once(draw: () => Promise<Assembler>): () => Promise<Assembler> {
  let drawn: Promise<Assembler> | null = null;
  return () => (drawn ??= draw());
}

/** Whether a service is in the selection. */
function isAsked({ by, id }: ReportSelection, belonging: Belonging): boolean {
  switch (by) {
    case 'all':
      return true;
    case 'service':
      return belonging.service === id;
    case 'customer':
      return belonging.customer === id;
    case 'site':
      return belonging.site === id;
    case 'reseller':
      return id !== null && belonging.sellers.includes(id);
  }
}

/** Why a selection is empty although the month has services. */
function nothingAsked(
  { by, id }: ReportSelection,
  month: string,
  book: CustomerRegistry,
  there: readonly Belonging[],
): ValidationIssue {
  const known: Record<ReportSelection['by'], readonly string[]> = {
    all: [],
    service: book.services.map((each) => each.id),
    customer: book.customers.map((each) => each.id),
    site: book.sites.map((each) => each.id),
    // A reseller relation must not be disclosed to somebody who may not see its buyer.
    reseller: book.resale
      .filter(({ buyer }) => book.customers.some((each) => each.id === buyer))
      .map(({ seller }) => seller),
  };
  const inMonth: Record<ReportSelection['by'], readonly string[]> = {
    all: [],
    service: there.map(({ service }) => service),
    customer: there.map(({ customer }) => customer),
    site: there.map(({ site }) => site),
    reseller: there.flatMap(({ sellers }) => sellers),
  };
  const name = id ?? '';
  const what = known[by].includes(name) ? `${name} has no service in ${month}` : `${name} is no ${by}`;
  return validationError(by, what, listed(inMonth[by]));
}

function listed(ids: readonly string[]): string {
  const all = [...new Set(ids)].sort();
  if (all.length === 0) return 'none: there is no such in this month';
  return all.length > 12 ? `${all.slice(0, 12).join(', ')}, …` : all.join(', ');
}
