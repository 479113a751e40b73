import type { EpochMs } from '../core/types.js';
import type { RunStore, UpkeepStore } from '../store/store.js';
import type { Clock, EngineEvents, Log } from './ports.js';

const everyMs = 10_000;
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
export async function keepHeartbeat(
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
      if (!(await runs.beat(run.id, clock.now()))) run.id = null;
      beats += 1;
      if (beats % beatsAVerify === 0) await upkeep.verify();
    });
    await clock.sleep(everyMs, signal);
  }
  const { id } = run;
  if (id === null) return;
  await attempt(async () => {
    // A database that lost its latest rows has none for this run: the next daemon would take it for one that crashed.
    const isThere = await runs.beat(id, clock.now());
    await runs.end(isThere ? id : await runs.begin(version, startedAt), clock.now());
  });
}
