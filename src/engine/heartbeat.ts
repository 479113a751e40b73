import type { EpochMs } from '../core/types.js';
import type { RunStore } from '../store/store.js';
import type { Clock, EngineEvents, Log } from './ports.js';

const everyMs = 10_000;

export interface HeartbeatOptions {
  readonly clock: Clock;
  readonly runs: RunStore;
  readonly version: string;
  /** The instant from which on this daemon answers for its slots. */
  readonly startedAt: EpochMs;
  readonly events: Pick<EngineEvents, 'storeWritable'>;
  readonly log: Log;
}

/** Notes in the store that this daemon lives, so that the next one knows since when nobody measured. */
export async function keepHeartbeat(
  { clock, runs, version, startedAt, events, log }: HeartbeatOptions,
  signal: AbortSignal,
): Promise<void> {
  const run: { id: number | null } = { id: null };
  let writable = true;
  const attempt = async (what: () => Promise<void>): Promise<void> => {
    try {
      await what();
      if (!writable) log.info({}, 'the store takes writes again');
      writable = true;
    } catch (error) {
      if (writable) log.error({ err: error }, 'the store takes no heartbeat');
      writable = false;
    }
    events.storeWritable(writable);
  };
  while (!signal.aborted) {
    await attempt(async () => {
      // A store that was full at the start gets its run later.
      run.id ??= await runs.begin(version, startedAt);
      await runs.beat(run.id, clock.now());
    });
    await clock.sleep(everyMs, signal);
  }
  const { id } = run;
  if (id !== null) await attempt(() => runs.end(id, clock.now()));
}
