import type { CustomerRegistry } from '../../core/customer/book.js';
import { noHash } from '../../core/ledger/chain.js';
import { isHeld } from '../../core/measurement/figures.js';
import { zero } from '../../core/number.js';
import type { CauseRule, Plan, PlanVersion, ServiceClass } from '../../core/plan.js';
import type { Assembler } from '../../core/statement/assemble.js';
import { byKey } from '../../core/statement/judge-services.js';
import type { RuleSet } from '../../core/statement/rule-set.js';
import type { Interval } from '../../core/time/intervals.js';
import type { EpochMs, PathId } from '../../core/types.js';
import type { LedgerStore } from '../../store/ledger-store.js';
import { pathSums } from '../../store/path-sums.js';
import type { MeasuredBy, PathSums, RoundStore } from '../../store/store.js';
import type { WatchStore } from '../../store/watch-store.js';
import { drawMonth, type PastStatements } from '../statements/draw.js';
import { type EvidenceRows, isOpen } from './contents.js';

/** A value from a pack of an earlier version: any of its fields may be missing. */
type Older<T> = { readonly [K in keyof T]?: T[K] };

/**
 * The customer data of a pack with its plans in the current plan language: newer fields get the values that describe
 * the earlier behaviour. Packs of this version are unchanged.
 */
function withPlansOfToday(book: CustomerRegistry): CustomerRegistry {
  const plans = [...book.plans].map(([id, plan]) => [id, planOfToday(plan)] as const);
  return { ...book, plans: new Map(plans) };
}

const planOfToday = (plan: Plan): Plan => ({
  ...plan,
  examples: (plan as Older<Plan>).examples ? plan.examples : [],
  versions: plan.versions.map(versionOfToday),
});

const availabilityOfFirst: Pick<PlanVersion['availability'], 'outages' | 'degradedIsDown'> = {
  outages: { startsAt: 'detection', shortestMinutes: zero, unitMinutes: null, count: 'started' },
  degradedIsDown: [],
};

/** Adds fields that did not exist in a plan of an earlier version. */
const withDefaults = <T extends object>(defaults: Partial<T>, value: T): T => ({ ...defaults, ...value });

function versionOfToday(version: PlanVersion): PlanVersion {
  const { measurement, availability, credit } = version;
  return {
    ...withDefaults({ jitter: { leavesOut: [], commitmentUs: null }, trafficClasses: [] }, version),
    measurement: withDefaults({ minimumSent: 0 }, measurement),
    availability: { ...availabilityOfFirst, ...availability },
    classes: new Map([...version.classes].map(([id, each]) => [id, classOfToday(each)])),
    credit: {
      ...withDefaults({ of: 'service', minimumCoverage: zero, paidOn: 'same-invoice' }, credit),
      claim: claimOfToday(credit),
      causes: credit.causes.map(causeOfToday),
    },
  };
}

const classOfToday = (each: ServiceClass): ServiceClass => ({
  ...each,
  steps: each.steps.map((step) => withDefaults({ perUnit: null }, step)),
});

/** In the first version a claim was a number of days after the month. */
function claimOfToday(credit: PlanVersion['credit']): PlanVersion['credit']['claim'] {
  const { claim, claimWithinDays = null } = credit as Older<PlanVersion['credit']> & {
    readonly claimWithinDays?: number | null;
  };
  if (claim !== undefined) return credit.claim;
  return claimWithinDays === null ? null : { days: claimWithinDays, after: 'month' };
}

function causeOfToday(rule: CauseRule): CauseRule {
  const cause = withDefaults({ onlyBelow: null, atMost: null }, rule);
  switch (cause.kind) {
    case 'latency':
    case 'loss':
      return {
        ...withDefaults({ trafficClasses: null }, cause),
        steps: cause.steps.map((step) => withDefaults({ perUnit: null }, step)),
      };
    case 'failed-days': {
      const measure = cause.metric === 'latency' ? ('excess-percent' as const) : ('absolute' as const);
      return withDefaults({ trafficClasses: null, measure }, cause);
    }
    case 'downtime': {
      if ((cause as Older<typeof cause>).by !== undefined) return cause;
      const { unitMinutes, count, credit, ...rest } = cause as typeof cause &
        Extract<(typeof cause)['by'], { readonly credit: unknown }>;
      return { ...rest, by: { unitMinutes, count, credit } };
    }
    case 'long-outages':
    case 'jitter':
    case 'failed-windows':
    case 'late-delivery':
      return cause;
  }
}

interface DrawFromRowsOptions {
  readonly month: string;
  /** The instant up to which rows were read. */
  readonly now: EpochMs;
  readonly software: string;
  /** The version of the time zone data that the statement records; null: it records none, as those of 0.1.0. */
  readonly zoneData: string | null;
  readonly ruleSet: RuleSet;
}

/** Creates the statements of a customer's month from rows in memory, exactly as the daemon does from its database. */
export async function drawFromRows(
  rows: EvidenceRows,
  { month, now, software, zoneData, ruleSet }: DrawFromRowsOptions,
): Promise<Assembler> {
  const config = { ...rows.terms, book: withPlansOfToday(rows.terms.book), bookBase: null };
  const store = evidenceStore(rows);
  const drawn = await drawMonth({ store, config, now, software, zoneData, ruleSet }, month);
  const { seq, hash } = rows.ledger.at(-1) ?? { seq: 0, hash: noHash };
  return {
    services: drawn.services,
    unjudged: drawn.unjudged,
    // The ledger head counts closed events as well.
    draft: (service) => {
      const document = drawn.draft(service);
      return { ...document, inputs: { ...document.inputs, ledgerHead: { seq, hash } } };
    },
  };
}

/** The part of a store that statements are created from. */
interface EvidenceStore {
  readonly ledger: Pick<LedgerStore, 'events'>;
  readonly watch: Pick<WatchStore, 'outages' | 'watchers' | 'states' | 'spans' | 'latestSpan' | 'blind'>;
  readonly rounds: Pick<RoundStore, 'partSums' | 'measuredBy'>;
  readonly statements: PastStatements;
}

/** A store that returns the rows of a pack as the database would. */
function evidenceStore(evidence: EvidenceRows): EvidenceStore {
  const roundsOf = byKey(
    evidence.rounds.flatMap((round) => (round.status === 'missing' ? [] : [round])),
    ({ path }) => path,
  );
  const sumsOf = (path: PathId, { from, to }: Interval): PathSums => {
    const held = roundsOf(path).filter((round) => isHeld(round) && from <= round.slot && round.slot < to);
    return pathSums(
      path,
      held.flatMap(({ sizes }) => {
        const withLatency = BigInt(sizes.filter(({ received }) => received > 0).length);
        const withLoss = BigInt(sizes.filter(({ sent }) => sent > 0).length);
        return sizes
          .filter(({ sent }) => sent > 0)
          .map(({ sent, received, rttSumUs, rttMinUs }) => ({
            sent: BigInt(sent),
            received: BigInt(received),
            rttSumUs: BigInt(rttSumUs),
            rttMinSumUs: BigInt(rttMinUs ?? 0),
            withLatency,
            withLoss,
            rows: 1n,
          }));
      }),
    );
  };
  return {
    statements: {
      list: ({ month }) =>
        Promise.resolve(
          evidence.earlier
            .filter(({ document }) => document.month === month)
            .map(({ document }) => ({ id: document.id, state: document.state })),
        ),
      sealed: (id) => Promise.resolve(evidence.earlier.find(({ document }) => document.id === id) ?? null),
    },
    ledger: { events: () => Promise.resolve(evidence.ledger.filter(isOpen)) },
    rounds: {
      partSums: (parts) => Promise.resolve(parts.map(({ path, ...span }) => sumsOf(path, span))),
      measuredBy: (from, to) => Promise.resolve(measuredBy(evidence, { from, to })),
    },
    watch: {
      watchers: () => Promise.resolve([...evidence.watchers]),
      outages: ({ port } = {}) =>
        Promise.resolve(evidence.outages.filter((row) => port === undefined || row.port === port)),
      states: ({ observer, port, from = -Infinity, to = Infinity } = {}) =>
        Promise.resolve(
          evidence.states.filter(
            (row) => row.observer === observer && row.port === port && from <= row.at && row.at < to,
          ),
        ),
      spans: (observer, within = { from: -Infinity, to: Infinity }) =>
        Promise.resolve(
          evidence.spans.filter(
            (row) => row.observer === observer && row.from < within.to && row.to > within.from,
          ),
        ),
      latestSpan: (observer) =>
        Promise.resolve(
          evidence.spans.filter((row) => row.observer === observer).sort((a, b) => b.from - a.from)[0] ??
            null,
        ),
      blind: ({ observer, port, from = -Infinity, to = Infinity } = {}) =>
        Promise.resolve(
          evidence.blind.filter(
            (row) =>
              row.observer === observer &&
              (row.port === null || row.port === port) &&
              row.from < to &&
              (row.to === null || row.to > from),
          ),
        ),
    },
  };
}

function measuredBy({ rounds }: EvidenceRows, { from, to }: Interval): MeasuredBy[] {
  const all = new Map<string, MeasuredBy>();
  for (const round of rounds) {
    if (round.status !== 'ok' || round.slot < from || round.slot >= to) continue;
    const { driver, stamps } = round.provenance;
    const key = `${round.path} ${driver} ${stamps}`;
    all.set(key, { path: round.path, driver, stamps, rounds: 1 + (all.get(key)?.rounds ?? 0) });
  }
  return [...all].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}
