import type { Config } from '../../config/config.js';
import { emptySums, figuresOf, type FiguresOf } from '../../core/measurement/figures.js';
import type { PlanVersion } from '../../core/plan/plan.js';
import type { MonthCase } from '../../core/statement/case.js';
import { servicesStanding, type ServiceStanding } from '../../core/statement/standing.js';
import type { EpochMs } from '../../core/types.js';
import type { Store } from '../../store/store.js';
import { figuresFromStore } from '../month/figures-from-store.js';
import type { Entered } from '../month/judge.js';
import { loadCase } from '../month/load-case.js';
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
  const standings: ServiceStanding[] = [];
  for (const plan of config.book.plans.values()) {
    const current = currentMonth(plan, now);
    if (current === null) continue;
    const { name } = current.month;
    const loaded = await loadCase({ store, config, plan, name, now, ...entered });
    if (loaded === null) continue;
    const quality = paysForQuality(current.version);
    const monthCase = quality ? loaded : withoutPaths(loaded);
    const figures = quality ? await figuresFromStore({ rounds: store.rounds, monthCase }) : noFigures;
    standings.push(...servicesStanding(monthCase, figures, now));
  }
  return standings;
}

/** Whether a credit hangs on a figure of a path: then a month of rounds has to be summed up. */
const paysForQuality = ({ credit }: PlanVersion): boolean =>
  credit.causes.some(
    (rule) =>
      rule.kind === 'latency' ||
      rule.kind === 'loss' ||
      (rule.kind === 'failed-days' && rule.metric !== 'availability'),
  );

/** Availability and its credit need no path. */
const withoutPaths = (monthCase: MonthCase): MonthCase => ({
  ...monthCase,
  commitments: [],
  services: monthCase.services.map((service) => ({ ...service, paths: [] })),
});

const noFigures: FiguresOf = () => figuresOf(emptySums());
