import type { Config } from '../../config/config.js';
import { emptySums, figuresOf, type FiguresOf } from '../../core/measurement/figures.js';
import type { MonthCase } from '../../core/statement/case.js';
import type { JudgeInput } from '../../core/statement/judge.js';
import { paysForQuality } from '../../core/statement/parts.js';
import { currentRuleSet } from '../../core/statement/rule-set.js';
import { servicesStanding, type ServiceStanding } from '../../core/statement/standing.js';
import type { EpochMs } from '../../core/types.js';
import type { Store } from '../../store/store.js';
import { figuresFromStore } from '../month/figures-from-store.js';
import type { Entered } from '../month/judge.js';
import { loadMonth } from '../month/load-case.js';
import { currentMonth } from './terms.js';

export interface ServicesQuery {
  readonly store: Pick<Store, 'watch' | 'rounds'>;
  readonly config: Config;
  readonly now: EpochMs;
  readonly entered: Pick<Entered, 'outages' | 'exclusions'>;
}

/** Every service of every plan that judges something in this month, from what is stored and entered until now. */
export async function judgeServicesNow(query: ServicesQuery): Promise<ServiceStanding[]> {
  const { store, config, now, entered } = query;
  const months = new Map<string, Set<string>>();
  for (const plan of config.book.plans.values()) {
    const name = currentMonth(plan, now)?.month.name;
    if (name !== undefined) months.set(name, (months.get(name) ?? new Set()).add(plan.id));
  }
  const standings: ServiceStanding[] = [];
  // Near midnight the months of two zones are current; sites and caps go across the plans of one.
  for (const [name, plans] of months) {
    const loaded = await loadMonth({ store, config, name, ruleSet: currentRuleSet, now, ...entered });
    const inputs: JudgeInput[] = [];
    for (const monthCase of loaded.cases) {
      if (paysForQuality(monthCase.plan)) {
        const figures = await figuresFromStore({ rounds: store.rounds, monthCase });
        inputs.push({ case: monthCase, figures });
      } else inputs.push({ case: withoutPaths(monthCase), figures: noFigures });
    }
    standings.push(...servicesStanding(inputs, now).filter(({ plan }) => plans.has(plan)));
  }
  return standings;
}

/** Availability and its credit need no path. */
const withoutPaths = (monthCase: MonthCase): MonthCase => ({
  ...monthCase,
  commitments: [],
  services: monthCase.services.map((service) => ({ ...service, paths: [] })),
});

const noFigures: FiguresOf = () => figuresOf(emptySums());
