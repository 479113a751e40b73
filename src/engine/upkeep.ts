import type { StoreConfig } from '../config/config.js';
import type { EpochMs, PathId } from '../core/types.js';
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
  /** Every path that may have rounds. */
  readonly paths: () => Promise<readonly PathId[]>;
  readonly log: Log;
}

/** Every path is checked once in so many hours, which is a month. */
const hoursToCheck = 720;

/**
 * Once an hour, until the signal is aborted: deletes rows older than their retention period, and compares the stored
 * sums of some paths with the rounds they are of, others each hour.
 */
export async function retentionLoop(options: UpkeepOptions, signal: AbortSignal): Promise<void> {
  const { clock, surelyNow, store, retention, log } = options;
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
    await checkSums(options, signal);
    await clock.sleep(everyMs, signal);
  }
}

async function checkSums(
  { surelyNow, store, paths, log }: UpkeepOptions,
  signal: AbortSignal,
): Promise<void> {
  try {
    const hour = Math.floor((await surelyNow()) / everyMs);
    const own = (await paths()).filter((_, index) => index % hoursToCheck === hour % hoursToCheck);
    const { wrong } = await store.checkSums({ paths: own, signal });
    if (wrong.length > 0)
      log.error(
        { sums: wrong.slice(0, 20), count: wrong.length },
        'stored sums are not those of their rounds; `pop-sla store check --repair` makes them anew',
      );
  } catch (error) {
    if (!signal.aborted)
      log.warn({ err: error }, 'the stored sums could not be checked; tried again in an hour');
  }
}
