import type { Config } from '../../config/config.js';
import type { Exclusion } from '../../core/exclusion/exclusion.js';
import { approvedExcuses, foldExclusions } from '../../core/ledger/exclusions.js';
import { foldCorrections } from '../../core/ledger/outages.js';
import { boundsOf, type ServiceBounds } from '../../core/statement/bounds.js';
import { judgeMonth, type MonthJudgement } from '../../core/statement/judge.js';
import type { EpochMs } from '../../core/types.js';
import type { Store } from '../../store/store.js';
import { inForce } from '../customers/in-force.js';
import { showOutages, type ShownOutage } from '../ledger/counted.js';
import { figuresFromStore } from './figures-from-store.js';
import { loadCase, type PastCredits, type StoredCase } from './load-case.js';

export interface JudgeOptions {
  readonly store: Pick<Store, 'ledger' | 'watch' | 'rounds'>;
  readonly config: Config;
  readonly now: EpochMs;
  readonly pastCredits?: PastCredits;
}

export interface StoredMonth extends MonthJudgement {
  readonly case: StoredCase;
  /** Of `services`, in their order. */
  readonly bounds: readonly ServiceBounds[];
}

/** What a month stands on, read once. */
export interface Entered {
  /** With the book in force. */
  readonly config: Config;
  readonly outages: readonly ShownOutage[];
  readonly exclusions: readonly Exclusion[];
}

/** Rejects with `BookConflict`. */
export async function readEntered({
  store,
  config,
}: Pick<JudgeOptions, 'store' | 'config'>): Promise<Entered> {
  const events = await store.ledger.events();
  const outages = showOutages(await store.watch.outages(), foldCorrections(events));
  const exclusions = approvedExcuses(foldExclusions(events));
  return { config: inForce(config, events), outages, exclusions };
}

/** The month of every plan that judges something in it, from what is stored and entered until now. */
export async function judgeStored(
  options: JudgeOptions,
  name: string,
  entered?: Entered,
): Promise<StoredMonth[]> {
  const { store, now, pastCredits } = options;
  const { config, outages, exclusions } = entered ?? (await readEntered(options));
  const months: StoredMonth[] = [];
  for (const plan of config.book.plans.values()) {
    const query = { store, config, plan, name, now, outages, exclusions };
    const monthCase = await loadCase({ ...query, ...(pastCredits && { pastCredits }) });
    if (monthCase === null) continue;
    const judged = judgeMonth(monthCase, await figuresFromStore({ rounds: store.rounds, monthCase }));
    months.push({ ...judged, case: monthCase, bounds: boundsOf(judged, monthCase.outageBounds) });
  }
  return months;
}
