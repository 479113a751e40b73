import type { ProbeDriver } from '../../../probes/probe.js';
import { openDriver, type OpenOptions } from '../../../probes/kinds.js';
import type { Config } from '../../config/config.js';

/** The configured driver; a hub sends no packet, and needs no right to. */
export function openOwnDriver(config: Config, options: Omit<OpenOptions, 'simulated'>): Promise<ProbeDriver> {
  if (config.role === 'hub') return Promise.resolve(idle);
  return openDriver(config.driver.kind, { ...options, simulated: config.driver.simulated });
}

const idle: ProbeDriver = {
  kind: 'none',
  stamps: 'simulated',
  measure: () =>
    Promise.resolve({
      ended: 'failed',
      reason: 'a hub sends no packets',
      sizes: [],
      // Of a network that is not there: the loopback's calibration is nothing to it.
      provenance: { stamps: 'simulated', fallbackStamps: 0, socketDrops: null, sendLagUs: null },
    }),
  close: () => Promise.resolve(),
};
