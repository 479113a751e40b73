import type { Config } from '../../config/config.js';
import type { Assembler } from '../../core/statement/assemble.js';
import type { EpochMs } from '../../core/types.js';
import { availabilityJson, type AvailabilityJson } from '../../render/ledger/availability.js';
import type { Store } from '../../store/store.js';
import { createDesk } from '../ledger/desk.js';
import { drawMonth, ruleSetOfMonth } from '../statement/draw.js';
import { pastCreditsOf } from '../statement/past-credits.js';
import { impactOf, type Impact } from './impact.js';
import { judgeStored } from './judge.js';

/** What takes a whole month of rounds to answer: seconds, at the size of a mesh. */
export interface Judging {
  /** A month of every service. */
  availability(month: string): Promise<AvailabilityJson>;
  /** What an exclusion does, or would. Rejects with `Refused` where there is none. */
  impact(id: string): Promise<Impact[]>;
  /**
   * The month's statements as they would be drawn up: `services` is all of the month's; a draft may be asked for of
   * those that are named. `fresh`: from what is stored now, and not a minute ago.
   */
  draw(month: string, services: readonly string[], fresh: boolean): Promise<Assembler>;
}

export interface JudgingOptions {
  readonly store: Pick<Store, 'ledger' | 'watch' | 'rounds' | 'statements' | 'attachments'>;
  readonly config: () => Config;
  readonly now: () => EpochMs;
  /** The version of this program. */
  readonly software: string;
}

/** Judges at once, in this thread, whatever is asked for. */
export function judgeHere({ store, config, now, software }: JudgingOptions): Judging {
  const desk = createDesk({ store, config, now });
  const options = () => ({
    ...{ store, config: config(), now: now() },
    pastCredits: pastCreditsOf(store.statements),
    ruleSetOf: (month: string) => ruleSetOfMonth(store.statements, month),
  });
  return {
    availability: async (month) => availabilityJson(month, await judgeStored(options(), month), now()),
    impact: async (id) => impactOf(await desk.exclusion(id), options()),
    draw: (month) => drawMonth({ store, config: config(), now: now(), software }, month),
  };
}
