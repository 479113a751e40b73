import type { StoreConfig } from '../config/config.js';
import type { EpochMs } from '../core/types.js';
import { monthsBefore } from '../core/time/slot.js';
import type { UpkeepStore } from '../store/store.js';
import type { Clock, Log } from './ports.js';

const everyMs = 3_600_000;

interface UpkeepOptions {
  readonly clock: Pick<Clock, 'sleep'>;
  /** A cautious clock, which never runs ahead: deleted rows can't be restored. */
  readonly surelyNow: () => Promise<EpochMs>;
  readonly store: UpkeepStore;
  readonly retention: () => Pick<StoreConfig, 'keepPacketsMonths' | 'keepRowsMonths'>;
  readonly log: Log;
}

/** Deletes rows older than their retention period, once an hour, until the signal is aborted. */
export async function retentionLoop(
  { clock, surelyNow, store, retention, log }: UpkeepOptions,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      const { keepPacketsMonths, keepRowsMonths } = retention();
      const now = await surelyNow();
      const swept = await store.sweep(
        monthsBefore(now, keepPacketsMonths),
        monthsBefore(now, keepRowsMonths),
      );
      if (swept.packetsDeleted + swept.rowsDeleted + swept.watchDeleted > 0)
        log.info(swept, 'deleted what its retention has passed');
    } catch (error) {
      log.warn(
        { err: error },
        'what is older than its retention could not be deleted; tried again in an hour',
      );
    }
    await clock.sleep(everyMs, signal);
  }
}
