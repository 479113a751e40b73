import { formatHalfUp } from '../../core/number/decimal.js';
import { multiply, ratio, roundHalfUp, type Rational } from '../../core/number/rational.js';
import type { PathWindow } from '../../core/quality/windows.js';
import { isoInstant } from '../instant.js';

const whole = (value: Rational | null): number | null => value && Number(roundHalfUp(value));
const ppm = (loss: Rational | null): number | null => whole(loss && multiply(loss, ratio(1_000_000n)));

/** A path's figures over a window with their bands, each with the rounds that it has and should have. */
export function bandJson({ path, window, ...judged }: PathWindow, plan: string) {
  const { latency, loss, commitmentUs, excess, latencyBand, lossBand } = judged;
  return {
    ...{ path, plan, window: window.kind, from: isoInstant(window.from), to: isoInstant(window.to) },
    latency: {
      ...{ us: whole(latency.latencyUs), commitmentUs: whole(commitmentUs) },
      excessPercent: excess && formatHalfUp(excess, 1),
      ...{ band: latencyBand?.id ?? null, held: latency.held, due: latency.due },
    },
    loss: { ppm: ppm(loss.loss), band: lossBand?.id ?? null, held: loss.held, due: loss.due },
  };
}

export type BandJson = ReturnType<typeof bandJson>;
