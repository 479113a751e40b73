import { ProbeUnavailableError, type DriverOptions, type ProbeDriver } from './probe.js';
import type { SimulatedClock, SimulatedScript } from './simulated/script.js';

/** Everything a kind may need; each takes what it knows. */
export interface OpenOptions extends DriverOptions {
  /** What the `simulated` kind plays; the others don't look at it. */
  readonly simulated: SimulatedScript | null;
  /** The time in which the `simulated` kind plays; the others measure in the machine's own. */
  readonly clock: SimulatedClock;
}

/**
 * The one list of probe kinds. Each is loaded only when it is opened: a machine on which one's library can't be
 * loaded runs the others.
 */
const kinds: Readonly<Record<string, (options: OpenOptions) => Promise<ProbeDriver>>> = {
  auto: async (options) => {
    const { openAuto } = await import('./auto/driver.js');
    const candidates = ['kernel', 'net-ping'].map((name) => ({
      name,
      open: () => openDriver(name, options),
    }));
    return openAuto({ log: options.log, candidates });
  },
  kernel: async ({ log }) => {
    const { openKernel } = await import('./kernel/driver.js');
    return openKernel({ log });
  },
  'net-ping': async ({ log }) => {
    const { openNetPing } = await import('./net-ping/driver.js');
    return openNetPing({ log });
  },
  fping: async ({ log }) => {
    const { openFping } = await import('./fping/driver.js');
    return openFping({ log });
  },
  simulated: async ({ log, simulated, clock }) => {
    const { openSimulated } = await import('./simulated/driver.js');
    return openSimulated({ log, script: simulated ?? { seed: 1, rules: [] }, clock });
  },
};

export const kindNames: readonly string[] = Object.keys(kinds);

/** Opens a driver of the kind called `name`. Rejects with `ProbeUnavailable` when it can't run here or is unknown. */
export async function openDriver(name: string, options: OpenOptions): Promise<ProbeDriver> {
  const open = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
  if (!open)
    throw new ProbeUnavailableError(
      `there is no probe kind "${name}"`,
      `choose one of: ${kindNames.join(', ')}`,
      false,
    );
  return open(options);
}
