import type { Config } from '../../config/config.js';
import {
  bookMonth,
  type CustomerRegistry,
  type PlannedMonth,
  type Segment,
  segmentsOf,
  type Service,
  serviceTermsIn,
} from '../../core/customer/book.js';
import type { ExclusionScope } from '../../core/exclusion.js';
import { attachmentsOf, type LedgerAction, type LedgerEvent } from '../../core/ledger/actions.js';
import { refKey } from '../../core/ledger/outages.js';
import type { SlotSummary } from '../../core/measurement/figures.js';
import type { SizeSample } from '../../core/measurement/round.js';
import { pathEnds } from '../../core/path.js';
import type { SealedStatement } from '../../core/statement/document.js';
import type { RuleSet } from '../../core/statement/rule-set.js';
import { monthAfter } from '../../core/time/calendar.js';
import type { Interval } from '../../core/time/intervals.js';
import type { PathId, PopId } from '../../core/types.js';
import type { ObservedOutage, StateChange } from '../../core/watch/outage.js';
import { withLedgerEntries } from '../customers/in-force.js';
import {
  type ClosedEvent,
  type Evidence,
  type EvidenceRows,
  type EvidenceTerms,
  isOpen,
  type PacketsOfRound,
} from './contents.js';
import type { Store } from '../../store/store.js';

/** The data that concerns one customer's services; nothing else goes into a pack. */
interface EvidenceScope {
  readonly customer: string;
  readonly services: ReadonlySet<string>;
  readonly lines: ReadonlySet<string>;
  readonly paths: ReadonlySet<PathId>;
  /** The PoPs at the ends of lines. */
  readonly ports: ReadonlySet<PopId>;
  /** The PoPs at the ends of lines and of paths. */
  readonly pops: ReadonlySet<PopId>;
}

/** Covers all services of the customer, because caps span them. */
function scopeOf(book: CustomerRegistry, customer: string): EvidenceScope {
  const segments: Segment[] = book.services.filter((each) => each.customer === customer).flatMap(segmentsOf);
  const lines = new Set(segments.flatMap((each) => each.lines));
  const paths = new Set(segments.flatMap((each) => each.paths));
  const ports = new Set(book.lines.filter(({ id }) => lines.has(id)).map(({ pop }) => pop));
  const ends = [...paths].flatMap((path) => {
    const found = pathEnds(path);
    return found ? [found.source, found.destination] : [];
  });
  const services = new Set(segments.map(({ id }) => id));
  return { customer, services, lines, paths, ports, pops: new Set([...ports, ...ends]) };
}

/** The ledger events that concern the scope; the others are confidential. */
function eventsOf(events: readonly LedgerEvent[], scope: EvidenceScope): ReadonlySet<LedgerEvent> {
  const exclusions = new Set<string>();
  const added = new Set<string>();
  // Statements, credits, disputes and contacts decide no figure; customer entries are contained in the terms.
  const concerns = (action: LedgerAction): boolean => {
    if (action.type === 'exclusion-proposed' && touches(action.scope, scope)) exclusions.add(action.id);
    if (action.type === 'outage-added' && scope.ports.has(action.port)) added.add(action.id);
    if (action.type === 'outage-corrected' || action.type === 'outage-voided')
      return 'added' in action.of ? added.has(action.of.added) : scope.ports.has(action.of.port);
    if (action.type === 'outage-added') return added.has(action.id);
    return action.type.startsWith('exclusion-') && 'id' in action && exclusions.has(action.id);
  };
  return new Set(events.filter(({ action }) => concerns(action)));
}

function touches(scope: ExclusionScope, own: EvidenceScope): boolean {
  if (scope === 'all') return true;
  return (
    scope.customers.includes(own.customer) ||
    scope.pops.some((pop) => own.pops.has(pop)) ||
    scope.lines.some((line) => own.lines.has(line)) ||
    scope.services.some((service) => own.services.has(service)) ||
    scope.paths.some((path) => own.paths.has(path as PathId))
  );
}

interface CollectOptions {
  readonly store: Pick<Store, 'ledger' | 'watch' | 'rounds' | 'attachments' | 'statements'>;
  readonly config: Config;
  readonly service: string;
  /** Such as `2026-10`. */
  readonly month: string;
  /** Sealed revisions; ledger events are included up to the last one's head. */
  readonly revisions: readonly SealedStatement[];
  readonly keys: Evidence['keys'];
  /** By which the month is judged. */
  readonly ruleSet: RuleSet;
}

/**
 * Reads all source data of a service's month: its customer's terms, and the rows that concern them. Null: there is no
 * such service.
 */
export async function collectRows(options: CollectOptions): Promise<EvidenceRows | null> {
  const { store, service, month, revisions, keys, ruleSet } = options;
  const head = revisions.at(-1)?.document.inputs.ledgerHead.seq ?? Infinity;
  const all = (await store.ledger.events()).filter(({ seq }) => seq <= head);
  const config = withLedgerEntries(options.config, all);
  const bought = serviceTermsIn(config.book.services, service, month);
  if (!bought) return null;
  const scope = scopeOf(config.book, bought.customer);
  const time = timeOf(month);
  const open = eventsOf(all, scope);
  const ledger = all.map((event) => (open.has(event) ? event : closed(event)));
  const watch = await watchRows(store, scope, time, correctedIn(ledger));
  const book = bookOf(config.book, scope);
  const planned = bookMonth(book, month, ruleSet).plans;
  const own = monthsOfPaths(planned, (id) => id === service);
  // Rounds of other services matter only where a plan pays for quality, since a cap may span the services.
  const needed = paysForQuality(config.book, scope) ? monthsOfPaths(planned, () => true) : own;
  const rounds = await roundsOf(store, needed);
  return {
    revisions,
    keys,
    ledger,
    ...watch,
    rounds,
    terms: termsOf(config, book, scope),
    earlier: await earlierOf(store, config.book, bought.customer, month),
    packets: await packetsOf(
      store,
      rounds.filter(({ path }) => own.has(path)),
    ),
    attachments: await attachmentsIn(store, ledger),
  };
}

/**
 * When the rounds of a path count: the month in the zone of the plan that judges it. What was measured before and after
 * decides nothing of it.
 */
function monthsOfPaths(
  planned: readonly PlannedMonth[],
  counts: (service: string) => boolean,
): ReadonlyMap<PathId, Interval> {
  const spans = new Map<PathId, Interval>();
  for (const { month, services } of planned)
    for (const path of services.filter(({ id }) => counts(id)).flatMap(({ paths }) => paths)) {
      const { from, to } = spans.get(path) ?? month;
      spans.set(path, { from: Math.min(from, month.from), to: Math.max(to, month.to) });
    }
  return spans;
}

/** The same service id may belong to another customer at another time. */
const isIn = (scope: EvidenceScope, { id, customer }: Service): boolean =>
  scope.services.has(id) && customer === scope.customer;

function paysForQuality({ services, plans }: CustomerRegistry, scope: EvidenceScope): boolean {
  const named = services.filter((each) => isIn(scope, each)).flatMap(({ terms }) => terms);
  return named.some(({ plan }) =>
    plans
      .get(plan)
      ?.versions.some(({ credit }) =>
        credit.causes.some(
          (rule) =>
            rule.kind === 'latency' ||
            rule.kind === 'loss' ||
            (rule.kind === 'failed-days' && rule.metric !== 'availability'),
        ),
      ),
  );
}

const closed = ({ seq, previous, hash }: ClosedEvent): ClosedEvent => ({ seq, previous, hash });

/** The time that covers a month in any zone, which is up to 14 hours ahead of UTC and 12 behind. */
function timeOf(month: string): Interval {
  const dayMs = 86_400_000;
  return {
    from: Date.parse(`${month}-01T00:00:00Z`) - dayMs,
    to: Date.parse(`${monthAfter(month, 1)}-01T00:00:00Z`) + dayMs,
  };
}

function termsOf(config: Config, book: CustomerRegistry, scope: EvidenceScope): EvidenceTerms {
  const { agent, pops, paths, commitments, measurement, watch } = config;
  return {
    agent,
    measurement,
    watch,
    book,
    pops: pops.map((pop) => ({
      ...pop,
      name: pop.id,
      ipv4: null,
      ipv6: null,
      host: null,
      coordinates: null,
    })),
    paths: paths.filter(({ id }) => scope.paths.has(id)),
    commitments: commitments.filter(
      (each) => each.scope.kind === 'regions' || scope.paths.has(each.scope.path),
    ),
  };
}

/** The customer, its sellers and what it buys; ids only, no names. */
function bookOf(book: CustomerRegistry, scope: EvidenceScope): CustomerRegistry {
  const chain = new Set([scope.customer]);
  for (let before = 0; before < chain.size;) {
    before = chain.size;
    for (const { seller, buyer } of book.resale) if (chain.has(buyer)) chain.add(seller);
  }
  const services = book.services.filter((each) => isIn(scope, each));
  const named = new Set(services.flatMap(({ terms }) => terms.map(({ plan }) => plan)));
  return {
    customers: book.customers
      .filter(({ id }) => chain.has(id))
      .map((each) => ({ ...each, name: each.id, locale: each.locale ?? 'en' })),
    resale: book.resale.filter(({ buyer }) => chain.has(buyer)),
    sites: book.sites
      .filter(({ customer }) => customer === scope.customer)
      .map((each) => ({ ...each, name: each.id })),
    lines: book.lines.filter(({ id }) => scope.lines.has(id)),
    services,
    plans: new Map([...book.plans].filter(([id]) => named.has(id))),
  };
}

/** Measured outages with a correction, at any time. */
function correctedIn(ledger: Evidence['ledger']): ReadonlySet<string> {
  return new Set(
    ledger.filter(isOpen).flatMap(({ action }) => {
      const of = action.type === 'outage-corrected' || action.type === 'outage-voided' ? action.of : null;
      return of === null ? [] : [refKey(of)];
    }),
  );
}

type WatchRows = Pick<Evidence, 'watchers' | 'outages' | 'states' | 'spans' | 'blind' | 'traces'>;

async function watchRows(
  { watch }: Pick<Store, 'watch'>,
  { ports }: EvidenceScope,
  month: Interval,
  corrected: ReadonlySet<string>,
): Promise<WatchRows> {
  const watchers = (await watch.watchers()).filter(({ port }) => ports.has(port));
  const observers = [...new Set(watchers.map(({ observer }) => observer))].sort();
  const outages = [];
  for (const port of [...ports].sort()) {
    const near = ({ observer, start, end }: ObservedOutage): boolean =>
      (start.earliest < month.to && (end?.latest ?? Infinity) > month.from) ||
      corrected.has(refKey({ observer, port, start: start.at }));
    outages.push(...(await watch.outages({ port })).filter(near));
  }
  const states: StateChange[] = [];
  for (const { observer, port } of watchers)
    states.push(...fromLastBefore(await watch.states({ observer, port, to: month.to }), month.from));
  const spans = [];
  const blind = [];
  for (const observer of observers) {
    const own = await watch.spans(observer, month);
    const latest = await watch.latestSpan(observer);
    // How complete the month's last span is can be seen from the span after it.
    const later = latest && !own.some(({ from }) => from === latest.from) ? [latest] : [];
    spans.push(...own, ...later);
    const rows = await watch.blind({ observer, ...month });
    blind.push(...rows.filter(({ port }) => port === null || ports.has(port)));
  }
  const traces = [];
  for (const port of [...ports].sort()) traces.push(...(await watch.traces({ port, ...month })));
  return { watchers, outages, states, spans, blind, traces };
}

/** Whether a port was watched when the month began is decided by the last change before it. */
function fromLastBefore(states: readonly StateChange[], from: number): StateChange[] {
  const first = states.findLastIndex(({ at }) => at < from);
  return states.slice(Math.max(0, first));
}

/** Statements of the eleven months before, where a cap needs them. */
async function earlierOf(
  { statements }: Pick<Store, 'statements'>,
  { plans }: CustomerRegistry,
  customer: string,
  month: string,
): Promise<SealedStatement[]> {
  const looksBack = [...plans.values()].some(({ versions }) =>
    versions.some(({ credit }) => credit.caps.some(({ over }) => over !== 'month')),
  );
  if (!looksBack) return [];
  const earlier: SealedStatement[] = [];
  for (let back = 11; back > 0; back -= 1) {
    const listed = await statements.list({ month: monthAfter(month, -back), customer });
    for (const id of new Set(listed.flatMap((each) => (each.state === 'sealed' ? [each.id] : [])))) {
      const sealed = await statements.sealed(id);
      if (sealed) earlier.push(sealed);
    }
  }
  return earlier;
}

const pageLength = 2_000;

async function roundsOf(
  { rounds }: Pick<Store, 'rounds'>,
  paths: ReadonlyMap<PathId, Interval>,
): Promise<SlotSummary[]> {
  const all: SlotSummary[] = [];
  for (const [path, month] of [...paths].sort(([a], [b]) => (a < b ? -1 : 1))) {
    for (let after: SlotSummary | undefined; ;) {
      const place = after && { after: { slot: after.slot, path } };
      const page = await rounds.list({ path, ...month, order: 'oldest', limit: pageLength, ...place });
      all.push(...page);
      after = page.at(-1);
      if (page.length < pageLength) break;
    }
  }
  return all;
}

async function packetsOf(
  { rounds }: Pick<Store, 'rounds'>,
  measured: readonly SlotSummary[],
): Promise<PacketsOfRound[]> {
  const all: PacketsOfRound[] = [];
  for (const { path, slot, status } of measured) {
    if (status === 'missing') continue;
    const sizes: readonly SizeSample[] | null = await rounds.packets(path, slot);
    if (sizes !== null) all.push({ path, slot, sizes });
  }
  return all;
}

async function attachmentsIn(
  { attachments }: Pick<Store, 'attachments'>,
  ledger: Evidence['ledger'],
): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  const named = ledger.filter(isOpen).flatMap(({ action }) => attachmentsOf(action));
  for (const { sha256 } of named) {
    const content = await attachments.get(sha256);
    if (content !== null) files.set(sha256, content);
  }
  return files;
}
