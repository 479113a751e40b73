import type { Config } from '../config/config.js';
import { reportsStanding } from '../engine/fault/standing.js';
import type { Clock, Log } from '../engine/ports.js';
import { closeStanding } from '../engine/statement/close-standing.js';
import type { StandingListener } from '../metrics/metrics.js';
import type { Store } from '../store/store.js';

const everyMs = 60_000;

export interface OfficeOptions {
  readonly clock: Clock;
  readonly store: Pick<Store, 'faults' | 'statements' | 'paths'>;
  readonly config: () => Config;
  readonly tell: Pick<StandingListener, 'reports' | 'close'>;
  readonly log: Log;
}

/** Looks every minute at what people have to do: fault reports, and months to be sealed. */
export async function keepOffice(
  { clock, store, config, tell, log }: OfficeOptions,
  signal: AbortSignal,
): Promise<void> {
  const sealed = new Set<string>();
  let failed = false;
  while (!signal.aborted) {
    try {
      tell.reports(await reportsStanding(store.faults, clock.now()));
      const { book } = config();
      const close = await closeStanding({ store, book, now: clock.now(), sealed });
      if (close) tell.close(close);
      failed = false;
    } catch (error) {
      if (!failed) log.warn({ err: error }, 'reports and months could not be looked at; tried every minute');
      failed = true;
    }
    await clock.sleep(everyMs, signal);
  }
}
