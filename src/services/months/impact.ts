import type { Config } from '../../config/config.js';
import { excusesOf, type LedgerExclusion } from '../../core/ledger/exclusions.js';
import type { Assembler } from '../../core/statement/assemble.js';
import { monthResult } from '../../core/statement/result.js';
import { monthAfter } from '../../core/time/calendar.js';
import type { EpochMs } from '../../core/types.js';
import { availabilityJson, type AvailabilityJson } from '../../render/availability.js';
import type { Store } from '../../store/store.js';
import { createLedgerService } from '../ledger/service.js';
import { drawMonth, pastCreditsOf, ruleSetOfMonth } from '../statements/draw.js';
import { type JudgeOptions, judgeStored, readEntered } from './judge.js';

/** One service in one month: its figures without and with the exclusion. */
export interface Impact {
  readonly month: string;
  readonly plan: string;
  readonly service: string;
  readonly from: string;
  readonly currency: string;
  readonly without: ImpactFigures;
  readonly with: ImpactFigures;
}

interface ImpactFigures {
  readonly availabilityPercent: string;
  readonly availabilityLowerBoundPercent: string;
  readonly unavailableMs: number;
  readonly excusedMs: number;
  readonly unobservedMs: number;
  readonly creditPercent: string;
  readonly credit: string;
}

/**
 * The effect of an exclusion when it is, or were, approved: the services whose figures it changes, before and after.
 */
export async function impactOf(exclusion: LedgerExclusion, options: JudgeOptions): Promise<Impact[]> {
  const entered = await readEntered(options);
  const excuses = excusesOf(exclusion);
  const others = entered.exclusions.filter((each) => !excuses.some((excuse) => sameExcuse(excuse, each)));
  const impacts: Impact[] = [];
  for (const name of monthsOf(exclusion)) {
    const before = await figures(name, { ...entered, exclusions: others });
    const after = await figures(name, { ...entered, exclusions: [...others, ...excuses] });
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
              plan: plan.id,
              service: service.id,
              from: service.period.from,
              currency: rent.currency,
              figures: {
                availabilityPercent,
                availabilityLowerBoundPercent,
                unavailableMs,
                excusedMs,
                unobservedMs,
                creditPercent: credit.percent,
                credit: credit.amount,
              },
            },
          ] as const;
        });
      }),
    );
  }
}

const sameExcuse = (a: object, b: object): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Every month, in any zone, that it overlaps. */
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

/** Calculations over a whole month of rounds, which take seconds for a large mesh. */
export interface Judging {
  /** The availability of every service in a month. */
  availability(month: string): Promise<AvailabilityJson>;
  /** The effect of an exclusion. Rejects with a `ValidationError` where there is none with this id. */
  impact(id: string): Promise<Impact[]>;
  /**
   * Creates the month's statements as of now. The assembler lists all services of the month; drafts can be requested
   * for those in `services`. `fresh`: uses the data stored now, not a result up to a minute old.
   */
  draw(month: string, services: readonly string[], fresh: boolean): Promise<Assembler>;
}

interface JudgingOptions {
  readonly store: Pick<Store, 'ledger' | 'watch' | 'rounds' | 'statements' | 'attachments'>;
  readonly config: () => Config;
  readonly now: () => EpochMs;
  /** The program version. */
  readonly software: string;
}

/** Judges every request at once, in this thread. */
export function judgeHere({ store, config, now, software }: JudgingOptions): Judging {
  const ledgerService = createLedgerService({ store, config, now });
  const options = () => ({
    store,
    config: config(),
    now: now(),
    pastCredits: pastCreditsOf(store.statements),
    ruleSetOf: (month: string) => ruleSetOfMonth(store.statements, month),
  });
  return {
    availability: async (month) => availabilityJson(month, await judgeStored(options(), month), now()),
    impact: async (id) => impactOf(await ledgerService.exclusion(id), options()),
    draw: (month) => drawMonth({ store, config: config(), now: now(), software }, month),
  };
}
