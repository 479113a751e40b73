import type { EngineEvents } from '../engine/ports.js';
import type { Readiness } from '../http/health.js';
import type { Config } from '../config/config.js';
import { followWatch } from './watch-readiness.js';

export interface ReadinessWatch {
  readonly events: Partial<EngineEvents>;
  /** What holds at the monotonic instant `nowMs`. */
  check(nowMs: number, config: Config): Readiness[];
}

/** The heartbeat writes every 10 s, and gives a write up after 15 s. */
export const storeSilenceMs = 45_000;

/**
 * Follows the engine: can the store be written, do rounds still come, are the ports watched? A daemon that answers and no longer
 * measures must not look healthy.
 */
export function watchReadiness(options: {
  readonly monotonicMs: () => number;
  readonly canWatch: boolean;
}): ReadinessWatch {
  const { monotonicMs } = options;
  const watch = followWatch(options);
  let isWritable = true;
  let answeredMs = monotonicMs();
  let clockDeviationMs = 0;
  let lastRoundMs = monotonicMs();
  const measured = (): void => {
    lastRoundMs = monotonicMs();
  };
  /** That it could once be written is no news for long: a write that is never answered says nothing. */
  const storeFault = (nowMs: number): string | null => {
    if (!isWritable) return 'the store can not be written; rounds wait in memory';
    const silentMs = nowMs - answeredMs;
    return silentMs > storeSilenceMs
      ? `the store has answered no write for ${Math.floor(silentMs / 1000)} s; rounds wait in memory`
      : null;
  };
  return {
    events: {
      ...watch.events,
      storeWritable: (ok) => {
        isWritable = ok;
        if (ok) answeredMs = monotonicMs();
      },
      clockDeviates: (ms) => {
        clockDeviationMs = ms;
      },
      roundStored: measured,
      roundDelayed: measured,
      // A wider interval must not be held against the wait for its first round.
      configLoaded: (ok, at) => {
        measured();
        watch.events.configLoaded?.(ok, at);
      },
    },
    check: (nowMs, config) => {
      const { everyMs, spreadMs, packets, packetIntervalMs, lostAfterMs, lateWaitMs } = config.measurement;
      const roundMs = packets * packetIntervalMs + lostAfterMs + lateWaitMs;
      const silentMs = nowMs - lastRoundMs;
      const dueMs = everyMs + spreadMs + roundMs + 60_000;
      const watchFault = watch.fault(nowMs, config);
      const silent = config.paths.length > 0 && silentMs > dueMs;
      return [
        { name: 'store', ok: storeFault(nowMs) === null, reason: storeFault(nowMs) },
        {
          name: 'rounds',
          ok: !silent,
          reason: silent ? `no round has ended for ${Math.floor(silentMs / 1000)} s` : null,
        },
        {
          name: 'clock',
          ok: clockDeviationMs === 0,
          reason:
            clockDeviationMs === 0
              ? null
              : `the wall clock was set ${clockDeviationMs > 0 ? 'ahead' : 'back'} by ${Math.abs(clockDeviationMs / 1000).toFixed(1)} s less than 15 minutes ago; rounds have the names that it gives them`,
        },
        { name: 'watch', ok: watchFault === null, reason: watchFault },
      ];
    },
  };
}
