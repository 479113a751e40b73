import type { Provenance } from '../core/measurement/round.js';
import { percentile } from '../core/measurement/spread.js';
import type { ProbeDriver } from '../../probes/probe.js';
import type { Clock, EngineEvents, Log } from './ports.js';

type Calibration = NonNullable<Provenance['calibration']>;

const everyMs = 3_600_000;
const packets = 200;
const intervalMs = 10;
const bytes = 64;

export interface CalibrationOptions {
  readonly clock: Clock;
  readonly driver: ProbeDriver;
  readonly events: Pick<EngineEvents, 'calibrated'>;
  readonly log: Log;
}

export interface Calibrator {
  /** What of an RTT is this machine itself, as last measured; null before the first and where it means nothing. */
  readonly current: () => Calibration | null;
  /** Measures at once and then every hour, until `signal` is aborted. */
  readonly keep: (signal: AbortSignal) => Promise<void>;
}

/** Pings this machine's own loopback by the driver that measures the network: what remains is what the driver adds. */
export function createCalibrator({ clock, driver, events, log }: CalibrationOptions): Calibrator {
  let current: Calibration | null = null;

  const once = async (signal: AbortSignal): Promise<void> => {
    const { ended, reason, sizes, provenance } = await driver.measure({
      address: '127.0.0.1',
      sizes: [{ bytes, icmpBytes: bytes }],
      count: packets,
      intervalMs,
      lostAfterMs: 1_000,
      lateWaitMs: 0,
      signal,
    });
    // A network that is made up says nothing of this machine.
    if (signal.aborted || provenance.stamps === 'simulated') return;
    const rtts = sizes
      .flatMap((size) => size.packets)
      .flatMap((packet) => (packet.kind === 'received' ? [packet.rttUs] : []))
      .sort((a, b) => a - b);
    if (ended !== 'completed' || rtts.length === 0) {
      log.warn({ reason }, 'the loopback could not be measured; the calibration from before stays in force');
      return;
    }
    current = { p50Us: percentile(rtts, 50), p99Us: percentile(rtts, 99) };
    events.calibrated(current);
    log.info(current, 'calibrated: this much of an RTT is this machine itself');
  };

  return {
    current: () => current,
    keep: async (signal) => {
      while (!signal.aborted) {
        await once(signal).catch((error: unknown) => {
          log.warn({ err: error }, 'the loopback could not be measured');
        });
        await clock.sleep(everyMs, signal);
      }
    },
  };
}
