import type { EpochMs } from '../../../core/types.js';
import { slotsBetween } from '../../../core/time/slot.js';

/** What the API says of a round, as far as it is drawn. */
export interface ShownRound {
  readonly slot: string;
  readonly status: string;
  readonly sizes: readonly {
    readonly bytes: number;
    readonly sent: number;
    readonly lost: number;
    readonly received: number;
    readonly rttMeanUs: number | null;
    readonly rttMinUs: number | null;
    readonly rttMaxUs: number | null;
  }[];
}

/** A due slot as it is drawn; null: not measured, or nothing came back. It decides nothing. */
export interface DrawnSlot {
  readonly at: EpochMs;
  /** Whether a round is held of it. */
  readonly held: boolean;
  readonly us: number | null;
  /** In parts of a million. */
  readonly lossPpm: number | null;
}

const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, one) => sum + one, 0) / values.length;

export interface SlotsOptions {
  readonly rounds: readonly ShownRound[];
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly everyMs: number;
}

/** Every slot of a stretch, those without a round too: what nobody measured is a gap, and never a zero. */
export function drawnSlots({ rounds, from, to, everyMs }: SlotsOptions): DrawnSlot[] {
  const found = new Map(rounds.map((round) => [Date.parse(round.slot), round]));
  return slotsBetween(from, to, everyMs).map((at) => {
    const round = found.get(at);
    const sizes = round?.status === 'ok' ? round.sizes.filter(({ sent }) => sent > 0) : [];
    return {
      ...{ at, held: sizes.length > 0 },
      us: mean(sizes.flatMap(({ rttMeanUs }) => rttMeanUs ?? [])),
      lossPpm: mean(sizes.map(({ sent, lost }) => (lost * 1_000_000) / sent)),
    };
  });
}
