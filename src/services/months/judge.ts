import type { UnplannedService } from '../../core/customer/book.js';
import type { Config } from '../../config/config.js';
import type { Exclusion } from '../../core/exclusion.js';
import { approvedExcuses, foldExclusions } from '../../core/ledger/exclusions.js';
import { foldCorrections } from '../../core/ledger/outages.js';
import {
  boundsOf,
  type JudgeInput,
  judgeMonths,
  type MonthJudgement,
  type ServiceBounds,
} from '../../core/statement/judge.js';
import { currentRuleSet, type RuleSet } from '../../core/statement/rule-set.js';
import type { EpochMs } from '../../core/types.js';
import type { Store } from '../../store/store.js';
import { withLedgerEntries } from '../customers/in-force.js';
import { showOutages, type ShownOutage } from '../ledger/entries.js';
import { figuresFromStore, loadMonth, type PastCredits, type StoredCase } from './load-case.js';

export interface JudgeOptions {
  readonly store: Pick<Store, 'ledger' | 'watch' | 'rounds'>;
  readonly config: Config;
  readonly now: EpochMs;
  readonly pastCredits?: PastCredits;
  /** The rule set for a month; the current one by default. */
  readonly ruleSetOf?: (month: string) => Promise<RuleSet>;
}

export interface StoredMonth extends MonthJudgement {
  readonly case: StoredCase;
  /** For each of `services`, in their order. */
  readonly bounds: readonly ServiceBounds[];
  /** Services that no plan judges; those of the whole month are reported with the first plan. */
  readonly unplanned: readonly UnplannedService[];
}

/** The entered data that a month depends on, read once. */
export interface Entered {
  /** With its customers in force. */
  readonly config: Config;
  readonly outages: readonly ShownOutage[];
  readonly exclusions: readonly Exclusion[];
}

/** Rejects with a `CustomerConflictError`. */
export async function readEntered({
  store,
  config,
}: Pick<JudgeOptions, 'store' | 'config'>): Promise<Entered> {
  const events = await store.ledger.events();
  const outages = showOutages(await store.watch.outages(), foldCorrections(events));
  const exclusions = approvedExcuses(foldExclusions(events));
  return { config: withLedgerEntries(config, events), outages, exclusions };
}

/** The judged month of every plan, from all data stored and entered until now. */
export async function judgeStored(
  options: JudgeOptions,
  name: string,
  entered?: Entered,
): Promise<StoredMonth[]> {
  const { store, now, pastCredits } = options;
  const { config, outages, exclusions } = entered ?? (await readEntered(options));
  const ruleSet = (await options.ruleSetOf?.(name)) ?? currentRuleSet;
  const query = { store, config, name, ruleSet, now, outages, exclusions };
  const { cases, unplanned } = await loadMonth({ ...query, ...(pastCredits && { pastCredits }) });
  const inputs: JudgeInput[] = [];
  for (const monthCase of cases)
    inputs.push({
      case: monthCase,
      figures: await figuresFromStore({ rounds: store.rounds, monthCase }),
    });
  const judged = judgeMonths(inputs);
  const bounds = boundsOf(
    judged,
    cases.map(({ outageBounds }) => outageBounds),
  );
  return judged.flatMap((judgement, index) => {
    const monthCase = cases[index];
    if (!monthCase) return [];
    const notJudged = index === 0 ? unplanned : [];
    return [{ ...judgement, case: monthCase, bounds: bounds[index] ?? [], unplanned: notJudged }];
  });
}
