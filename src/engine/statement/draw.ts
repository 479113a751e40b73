import type { Config } from '../../config/config.js';
import { sellersOf } from '../../core/customer/resale.js';
import { headOf } from '../../core/ledger/chain.js';
import { approvedExcuses, foldExclusions } from '../../core/ledger/exclusions.js';
import { foldCorrections } from '../../core/ledger/outages.js';
import { figuresFromParts } from '../../core/measurement/figures-from-parts.js';
import { assembler, type Assembler } from '../../core/statement/assemble.js';
import { byKey } from '../../core/statement/by-key.js';
import type { PlanMonth } from '../../core/statement/facts.js';
import { boundsOf, type ServiceBounds } from '../../core/statement/bounds.js';
import { ruleSetOf, type Bounds } from '../../core/statement/document.js';
import { judgeMonths, type MonthJudgement, type ServiceMonth } from '../../core/statement/judge.js';
import { boundsResult } from '../../core/statement/result.js';
import { currentRuleSet, type RuleSet } from '../../core/statement/rule-set.js';
import type { EpochMs } from '../../core/types.js';
import { shortestSureMs } from '../../core/watch/rules.js';
import { explainOne } from '../../render/explain/explain.js';
import { digestOf } from '../../seal/hash.js';
import { plain } from '../../seal/plain.js';
import type { Store } from '../../store/store.js';
import { inForce } from '../customers/in-force.js';
import { showOutages } from '../ledger/counted.js';
import { sumsFromStore } from '../month/figures-from-store.js';
import { loadMonth, type MonthQuery, type StoredCase } from '../month/load-case.js';
import { pastCreditsOf, type PastStatements } from './past-credits.js';

/** What of a store a month is drawn up from: a database, or the rows of an evidence pack. */
export interface DrawStore {
  readonly ledger: Pick<Store['ledger'], 'events'>;
  readonly watch: MonthQuery['store']['watch'] & Pick<Store['watch'], 'outages'>;
  readonly rounds: Pick<Store['rounds'], 'partSums' | 'measuredBy'>;
  readonly statements: PastStatements;
}

export interface DrawOptions {
  readonly store: DrawStore;
  readonly config: MonthQuery['config'] & Pick<Config, 'agent' | 'measurement' | 'bookBase'>;
  readonly now: EpochMs;
  /** Of this program. */
  readonly software: string;
  /** What judges the month; by default what its first sealed statement was made by. */
  readonly ruleSet?: RuleSet;
}

/** A port that is far away, and how late an echo may leave. */
const farRttMs = 200;
const lateMs = 50;

/**
 * Reads what a month stands on, judges it by every plan, and gives its statements one by one. No service with a day
 * in it: no statements.
 */
export async function drawMonth(options: DrawOptions, month: string): Promise<Assembler> {
  const { store, now, software } = options;
  const events = await store.ledger.events();
  const config = inForce(options.config, events);
  const ledgerExclusions = foldExclusions(events);
  const exclusions = approvedExcuses(ledgerExclusions);
  const outages = showOutages(await store.watch.outages(), foldCorrections(events));
  const ruleSet = options.ruleSet ?? (await ruleSetOfMonth(store.statements, month));
  const pastCredits = pastCreditsOf(store.statements);
  const query = { store, config, name: month, ruleSet, now, outages, exclusions, pastCredits };
  const { cases, unplanned } = await loadMonth(query);
  const plans = await planMonths(store, cases);
  return assembler({
    ...{ month, asOf: now, software, ruleSet, plans, unplanned, outages },
    exclusions: ledgerExclusions.filter(({ state }) => state === 'approved'),
    sellersOf: (customer, day) => sellersOf(config.book, customer, day),
    shortestSureOutageMs: shortestSureMs(config.watch, farRttMs, lateMs),
    ledgerHead: headOf(events),
    config: digestOf(
      plain({ agent: config.agent, measurement: config.measurement, watch: config.watch }) as object,
    ),
    explain,
    digest: digestOf,
  });
}

/** Judged together: sites and caps go across plans. */
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

/** A month is judged by the rule set of its first sealed statement; one that has none, by the current one. */
export async function ruleSetOfMonth(statements: PastStatements, month: string): Promise<RuleSet> {
  const sealed = (await statements.list({ month })).find(({ state }) => state === 'sealed');
  const document = sealed && (await statements.sealed(sealed.id))?.document;
  return document ? ruleSetOf(document) : currentRuleSet;
}

function printed(bounds: ServiceBounds, service: ServiceMonth | undefined): Bounds | null {
  const shown = service ? boundsResult(bounds, service.terms.monthlyRent.currency) : null;
  if (shown === null) return null;
  const { creditLow, creditHigh, availabilityLowPercent, availabilityHighPercent } = shown;
  return {
    ...{ creditLow, creditHigh },
    ...{ availabilityLow: availabilityLowPercent, availabilityHigh: availabilityHighPercent },
  };
}

function explain(judgement: MonthJudgement, index: number): string[] {
  const service = judgement.services[index];
  return service ? explainOne(service, judgement) : [];
}
