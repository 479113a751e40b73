import { z } from 'zod';
import type { EpochMs } from '../../core/types.js';
import { defaultDriver, driverNames } from '../defaults.js';
import {
  bounds,
  fineDuration,
  formatDurationUs,
  given,
  instant,
  ip,
  oneOf,
  ratio,
  whole,
  withoutNulls,
  yesOrNo,
} from '../scalars.js';

export interface DriverConfig {
  readonly kind: string;
  /** The script of the `simulated` kind; null for the others. */
  readonly simulated: SimulatedConfig | null;
}

interface SimulatedConfig {
  readonly seed: number;
  /** In order; a later rule overrides the keys it sets, for the addresses and times it matches. */
  readonly rules: readonly SimulatedRule[];
}

interface SimulatedRule {
  /** A target's address; null: all of them. */
  readonly address: string | null;
  /** Holds in [from, to); null: no bound. */
  readonly from: EpochMs | null;
  readonly to: EpochMs | null;
  readonly delayUs?: number;
  /** Standard deviation of a normal jitter. */
  readonly jitterUs?: number;
  /** Chance of a packet to be lost, 0 to 1. */
  readonly loss?: number;
  /** True: the target answers nothing. */
  readonly down?: boolean;
}

const rule = z.strictObject({
  address: ip().optional(),
  from: instant().optional(),
  to: instant().optional(),
  delay: fineDuration(60_000).optional(),
  jitter: fineDuration(60_000).optional(),
  loss: ratio().optional(),
  down: yesOrNo().optional(),
});

/** `driver: net-ping` is short for `driver: { kind: net-ping }`. */
const driverSchema = z
  .preprocess(
    (input) => (typeof input === 'string' ? { kind: input } : input),
    z.strictObject({
      kind: oneOf(driverNames),
      seed: whole(0, 4_294_967_295).optional(),
      rules: z.array(rule).optional(),
    }),
  )
  .default({ kind: defaultDriver });

function buildDriver({ kind, seed = 1, rules = [] }: z.output<typeof driverSchema>): DriverConfig {
  if (kind !== 'simulated') return { kind, simulated: null };
  return {
    kind,
    simulated: {
      seed,
      rules: rules.map(({ address = null, from = null, to = null, delay, jitter, loss, down }) => ({
        address,
        from,
        to,
        ...given({ delayUs: delay, jitterUs: jitter, loss, down }),
      })),
    },
  };
}

function plainDriver({ kind, simulated }: DriverConfig): object | string {
  if (simulated === null) return kind;
  const rules = simulated.rules.map(({ address, from, to, delayUs, jitterUs, loss = null, down = null }) =>
    withoutNulls({
      address,
      ...bounds({ from, to }),
      delay: delayUs === undefined ? null : formatDurationUs(delayUs),
      jitter: jitterUs === undefined ? null : formatDurationUs(jitterUs),
      loss,
      down,
    }),
  );
  return { kind, seed: simulated.seed, rules };
}

/** What sends the packets. */
export const driverSection = { schema: driverSchema, build: buildDriver, show: plainDriver };
