import { slotAtOrBefore } from '../../../core/time/slot.js';
import type { EpochMs } from '../../../core/types.js';
import { drawnSlots, type ShownRound } from '../chart/slots.js';
import { sparklineOf, type Sparkline } from '../chart/sparkline.js';
import type { Ask } from '../page.js';

const dayMs = 86_400_000;

export interface DayOptions {
  readonly path: { readonly id: string; readonly commitmentUs: number | null };
  readonly now: EpochMs;
  readonly everyMs: number;
}

/** The last day of a path, up to the slot that is being measured. */
export async function daySparkline(
  ask: Ask,
  { path: { id, commitmentUs }, now, everyMs }: DayOptions,
): Promise<Sparkline> {
  const to = slotAtOrBefore(now, everyMs);
  const from = to - dayMs;
  const bounds = { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
  const answer = await ask<{ readonly rounds: readonly ShownRound[] }>('listRounds', {
    query: { path: id, ...bounds, limit: '1000' },
  });
  const slots = drawnSlots({ rounds: answer?.rounds ?? [], from, to, everyMs });
  return sparklineOf({ slots, from, to, everyMs, commitmentUs });
}
