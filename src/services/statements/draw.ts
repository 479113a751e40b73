import type { Config } from '../../config/config.js';
import type { CreditFacts, CreditRow } from '../../core/billing/credit.js';
import { sellersOf } from '../../core/customer/book.js';
import { headOf } from '../../core/ledger/chain.js';
import { approvedExcuses, foldExclusions } from '../../core/ledger/exclusions.js';
import { foldCorrections } from '../../core/ledger/outages.js';
import { figuresFromParts } from '../../core/measurement/figures.js';
import { formatAmount, minorOf } from '../../core/money.js';
import { assembler, type Assembler } from '../../core/statement/assemble.js';
import type { PastCredit } from '../../core/statement/case.js';
import {
  type Bounds,
  ruleSetOf,
  type SealedStatement,
  type StatementDocument,
} from '../../core/statement/document.js';
import type { PlanMonth } from '../../core/statement/facts.js';
import { byKey } from '../../core/statement/judge-services.js';
import {
  boundsOf,
  judgeMonths,
  type MonthJudgement,
  type ServiceBounds,
  type ServiceMonth,
} from '../../core/statement/judge.js';
import { boundsResult } from '../../core/statement/result.js';
import { currentRuleSet, type RuleSet } from '../../core/statement/rule-set.js';
import { type LocalDate, monthAfter } from '../../core/time/calendar.js';
import type { EpochMs } from '../../core/types.js';
import { shortestSureMs } from '../../core/watch/port.js';
import { zoneDataVersion } from '../../engine/clock.js';
import { explainOne } from '../../render/explain.js';
import { digestOf, plain } from '../../seal/canonical.js';
import type { StatementSummary } from '../../store/statement-store.js';
import type { Store } from '../../store/store.js';
import { withLedgerEntries } from '../customers/in-force.js';
import { showOutages } from '../ledger/entries.js';
import {
  loadMonth,
  type MonthQuery,
  type PastCredits,
  type StoredCase,
  sumsFromStore,
} from '../months/load-case.js';

/** The source of earlier months' sealed statements: a store, or an evidence pack. */
export interface PastStatements {
  list(query: { readonly month: string }): Promise<readonly Pick<StatementSummary, 'id' | 'state'>[]>;
  sealed(id: string): Promise<SealedStatement | null>;
}

/** Credits of sealed statements in the eleven months before, for a cap over a rolling year. Drafts are not credits. */
export function pastCreditsOf(statements: PastStatements): PastCredits {
  return async (plan, month) => {
    const past: PastCredit[] = [];
    for (let back = 11; back > 0; back -= 1) {
      const before = monthAfter(month, -back);
      const listed = await statements.list({ month: before });
      const ids = new Set(listed.flatMap(({ id, state }) => (state === 'sealed' ? [id] : [])));
      for (const id of ids) {
        const document = (await statements.sealed(id))?.document;
        if (!document) continue;
        const { service, site, customer, currency } = document;
        for (const part of document.parts.filter((one) => plan === null || one.plan.id === plan)) {
          const rent = { minor: minorOf(part.rent, currency), currency };
          const credit = minorOf(part.credit.amount, currency);
          past.push({ month: before, service, site, customer, rent, credit });
        }
      }
    }
    return past;
  };
}

/** The part of a store that statements are created from: a database, or the rows of an evidence pack. */
interface DrawStore {
  readonly ledger: Pick<Store['ledger'], 'events'>;
  readonly watch: MonthQuery['store']['watch'] & Pick<Store['watch'], 'outages'>;
  readonly rounds: Pick<Store['rounds'], 'partSums' | 'measuredBy'>;
  readonly statements: PastStatements;
}

interface DrawOptions {
  readonly store: DrawStore;
  readonly config: MonthQuery['config'] & Pick<Config, 'agent' | 'measurement' | 'bookBase'>;
  readonly now: EpochMs;
  /** The program version. */
  readonly software: string;
  /** The version of the time zone data to record; null: none. By default that of this runtime. */
  readonly zoneData?: string | null;
  /** The rule set to judge by; by default that of the month's first sealed statement. */
  readonly ruleSet?: RuleSet;
}

/** The assumed RTT of a distant port, and how late an echo may be sent, milliseconds. */
const farRttMs = 200;
const lateMs = 50;

/**
 * Reads the source data of a month, judges it under every plan, and returns an assembler of its statements. It has no
 * statements when no service has a day in the month.
 */
export async function drawMonth(options: DrawOptions, month: string): Promise<Assembler> {
  const { store, now, software, zoneData = zoneDataVersion } = options;
  const events = await store.ledger.events();
  const config = withLedgerEntries(options.config, events);
  const ledgerExclusions = foldExclusions(events);
  const exclusions = approvedExcuses(ledgerExclusions);
  const outages = showOutages(await store.watch.outages(), foldCorrections(events));
  const ruleSet = options.ruleSet ?? (await ruleSetOfMonth(store.statements, month));
  const pastCredits = pastCreditsOf(store.statements);
  const query = { store, config, name: month, ruleSet, now, outages, exclusions, pastCredits };
  const { cases, unplanned } = await loadMonth(query);
  const plans = await planMonths(store, cases);
  return assembler({
    month,
    asOf: now,
    software,
    ruleSet,
    plans,
    unplanned,
    outages,
    exclusions: ledgerExclusions.filter(({ state }) => state === 'approved'),
    sellersOf: (customer, day) => sellersOf(config.book, customer, day),
    shortestSureOutageMs: shortestSureMs(config.watch, farRttMs, lateMs),
    ledgerHead: headOf(events),
    config: digestOf(
      plain({ agent: config.agent, measurement: config.measurement, watch: config.watch }) as object,
    ),
    zoneData,
    explain,
    digest: digestOf,
  });
}

/** Judged together, because sites and caps span plans. */
async function planMonths(
  { rounds }: Pick<DrawStore, 'rounds'>,
  cases: readonly StoredCase[],
): Promise<PlanMonth[]> {
  const inputs = [];
  for (const monthCase of cases)
    inputs.push({ monthCase, partsOf: await sumsFromStore({ rounds, monthCase, byDay: true }) });
  const judged = judgeMonths(
    inputs.map(({ monthCase, partsOf }) => ({ case: monthCase, figures: figuresFromParts(partsOf) })),
  );
  const bounds = boundsOf(
    judged,
    cases.map(({ outageBounds }) => outageBounds),
  );
  const plans: PlanMonth[] = [];
  for (const [index, { monthCase, partsOf }] of inputs.entries()) {
    const judgement = judged[index];
    if (!judgement) continue;
    const measured = byKey(
      await rounds.measuredBy(monthCase.month.from, monthCase.month.to),
      ({ path }) => path,
    );
    plans.push({
      judgement,
      planDigest: digestOf(plain(monthCase.plan) as object),
      partsOf,
      measuredBy: (path) =>
        measured(path).map(({ driver, stamps, rounds: count }) => ({ driver, stamps, rounds: count })),
      bounds: (bounds[index] ?? []).map((each, nth) => printed(each, judgement.services[nth])),
    });
  }
  return plans;
}

/**
 * The rule set of the month's first sealed statement; the current one when none is sealed. What rule set 3 judged goes
 * on with 4, which calculates the same and writes no sentences into a revision.
 */
export async function ruleSetOfMonth(statements: PastStatements, month: string): Promise<RuleSet> {
  const sealed = (await statements.list({ month })).find(({ state }) => state === 'sealed');
  const document = sealed && (await statements.sealed(sealed.id))?.document;
  if (!document) return currentRuleSet;
  const ruleSet = ruleSetOf(document);
  return ruleSet === 3 ? 4 : ruleSet;
}

function printed(bounds: ServiceBounds, service: ServiceMonth | undefined): Bounds | null {
  const shown = service ? boundsResult(bounds, service.terms.monthlyRent.currency) : null;
  if (shown === null) return null;
  const { creditLow, creditHigh, availabilityLowPercent, availabilityHighPercent } = shown;
  return {
    creditLow,
    creditHigh,
    availabilityLow: availabilityLowPercent,
    availabilityHigh: availabilityHighPercent,
  };
}

function explain(judgement: MonthJudgement, index: number): string[] {
  const service = judgement.services[index];
  return service ? explainOne(service, judgement) : [];
}

/** What a first revision credits; null: nothing. */
export function creditOf(document: StatementDocument): CreditFacts | null {
  const { total, currency } = document;
  if (minorOf(total.credit, currency) === 0n) return null;
  const { credit: gross, tax, net } = total;
  return { ...common(document), kind: 'credit', of: null, gross, tax, net, claimBy: claimBy(document) };
}

/**
 * The difference between the credits of a later revision and of the one before; null: none. A sealed row is never
 * changed, whether it was exported or not, so the difference is a row of its own. It waits for the same claim as long
 * as the statement's rows are not claimed.
 */
export function adjustmentOf(
  document: StatementDocument,
  before: StatementDocument,
  rows: readonly CreditRow[],
): CreditFacts | null {
  const { currency } = document;
  const less = (now: string | null, then: string | null): string | null =>
    now === null || then === null
      ? null
      : formatAmount(minorOf(now, currency) - minorOf(then, currency), currency);
  const gross = less(document.total.credit, before.total.credit) ?? '0';
  if (minorOf(gross, currency) === 0n) return null;
  const standing = rows.filter(
    ({ status, kind }) => status !== 'dropped' && status !== 'draft' && kind !== 'reversal',
  );
  const waits = standing.find(({ status, claimBy: day }) => status === 'sealed' && day !== null);
  return {
    ...common(document),
    kind: 'adjustment',
    of: standing[0]?.id ?? null,
    gross,
    tax: less(document.total.tax, before.total.tax),
    net: less(document.total.net, before.total.net),
    claimBy: standing.length === 0 ? claimBy(document) : (waits?.claimBy ?? null),
  };
}

function common({ id, revision, month, service, customer, site, currency }: StatementDocument) {
  return { statement: id, revision, month, service, customer, site, currency };
}

/** The earliest claim deadline of its parts. */
function claimBy({ parts }: StatementDocument): LocalDate | null {
  const days = parts.flatMap(({ claim, credit }) =>
    claim && Number(credit.amount) > 0 ? [claim.lastDay] : [],
  );
  return days.sort()[0] ?? null;
}
