import type { StoreConfig } from '../config/config.js';
import type { EpochMs, PathId } from '../core/types.js';
import { monthsBefore } from '../core/time/slot.js';
import type { RunStore, UpkeepStore } from '../store/store.js';
import type { Clock, EngineEvents, Log } from './ports.js';

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
    const duePaths = (await paths()).filter((_, index) => index % hoursToCheck === hour % hoursToCheck);
    const { wrong } = await store.checkSums({ paths: duePaths, signal });
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

const beatMs = 10_000;
/** What was reported as stored is read back once a minute, to detect a store that loses rows. */
const beatsAVerify = 6;

interface HeartbeatOptions {
  readonly clock: Clock;
  readonly runs: RunStore;
  readonly upkeep: Pick<UpkeepStore, 'verify'>;
  readonly version: string;
  /** The instant from which this daemon is responsible for its slots. */
  readonly startedAt: EpochMs;
  readonly events: Pick<EngineEvents, 'storeWritable'>;
  readonly log: Log;
}

/** Records in the store that this daemon is running, so that the next one knows since when nobody measured. */
export async function heartbeatLoop(
  { clock, runs, upkeep, version, startedAt, events, log }: HeartbeatOptions,
  signal: AbortSignal,
): Promise<void> {
  const run: { id: number | null } = { id: null };
  let writable = true;
  let beats = 0;
  const attempt = async (what: () => Promise<void>): Promise<void> => {
    try {
      await what();
      if (!writable) log.info({}, 'the store takes writes again');
      writable = true;
    } catch (error) {
      if (writable)
        log.error({ err: error }, 'the store takes no heartbeat, or does not give back what it took');
      writable = false;
    }
    events.storeWritable(writable);
  };
  while (!signal.aborted) {
    await attempt(async () => {
      // A store that was full at the start gets the row of this run later.
      run.id ??= await runs.begin(version, startedAt);
      // A database that replaced the one before has no row for this run.
      if (!(await runs.beat(run.id, clock.now()))) run.id = await runs.begin(version, startedAt);
      beats += 1;
      if (beats % beatsAVerify === 0) await upkeep.verify();
    });
    await clock.sleep(beatMs, signal);
  }
  await attempt(async () => {
    const { id } = run;
    // A database that lost its latest rows, or took none at the start, has none for this run: the next daemon would take
    // it for one that crashed, or would not know that its slots were due.
    const isThere = id !== null && (await runs.beat(id, clock.now()));
    await runs.end(isThere ? id : await runs.begin(version, startedAt), clock.now());
  });
}
