import { excusesOf, type LedgerExclusion } from '../../core/ledger/exclusions.js';
import { monthResult } from '../../core/statement/result.js';
import { monthAfter } from '../../core/time/month.js';
import { judgeStored, readEntered, type JudgeOptions } from './judge.js';

/** One service in one month: what its figures are without the exclusion, and with it. */
export interface Impact {
  readonly month: string;
  readonly plan: string;
  readonly service: string;
  readonly from: string;
  readonly currency: string;
  readonly without: ImpactFigures;
  readonly with: ImpactFigures;
}

export interface ImpactFigures {
  readonly availabilityPercent: string;
  readonly availabilityLowerBoundPercent: string;
  readonly unavailableMs: number;
  readonly excusedMs: number;
  readonly unobservedMs: number;
  readonly creditPercent: string;
  readonly credit: string;
}

/** What an exclusion does, or would do when it is approved: the services whose figures it changes, from what to what. */
export async function impactOf(exclusion: LedgerExclusion, options: JudgeOptions): Promise<Impact[]> {
  const entered = await readEntered(options);
  const own = excusesOf(exclusion);
  const others = entered.exclusions.filter((each) => !own.some((excuse) => sameExcuse(excuse, each)));
  const impacts: Impact[] = [];
  for (const name of monthsOf(exclusion)) {
    const before = await figures(name, { ...entered, exclusions: others });
    const after = await figures(name, { ...entered, exclusions: [...others, ...own] });
    for (const [key, without] of before) {
      const later = after.get(key);
      if (!later || JSON.stringify(later.figures) === JSON.stringify(without.figures)) continue;
      const { figures: now, ...rest } = later;
      impacts.push({ month: name, ...rest, without: without.figures, with: now });
    }
  }
  return impacts;

  async function figures(name: string, given: Parameters<typeof judgeStored>[2]) {
    const judged = await judgeStored(options, name, given);
    return new Map(
      judged.flatMap((one) => {
        const { plan, services } = monthResult(one);
        return services.map((service) => {
          const { availabilityPercent, availabilityLowerBoundPercent, credit, rent } = service;
          const { unavailableMs, excusedMs, unobservedMs } = service;
          return [
            `${plan.id} ${service.id} ${service.period.from}`,
            {
              ...{ plan: plan.id, service: service.id, from: service.period.from, currency: rent.currency },
              figures: {
                ...{ availabilityPercent, availabilityLowerBoundPercent },
                ...{ unavailableMs, excusedMs, unobservedMs },
                ...{ creditPercent: credit.percent, credit: credit.amount },
              },
            },
          ] as const;
        });
      }),
    );
  }
}

const sameExcuse = (a: object, b: object): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Every month, in any zone, that it reaches into. */
function monthsOf({ intervals }: LedgerExclusion): string[] {
  const dayMs = 86_400_000;
  const names = new Set<string>();
  for (const { from, to } of intervals) {
    const last = new Date(to + dayMs).toISOString().slice(0, 7);
    for (
      let name = new Date(from - dayMs).toISOString().slice(0, 7);
      name <= last;
      name = monthAfter(name, 1)
    )
      names.add(name);
  }
  return [...names].sort();
}
