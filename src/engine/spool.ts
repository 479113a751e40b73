import type { MissingRound, Round } from '../core/measurement/round.js';
import type { EpochMs, PathId } from '../core/types.js';
import { StoreFault, type RoundStore } from '../store/store.js';
import type { Clock, EngineEvents, Log } from './ports.js';

const firstRetryMs = 1_000;
const lastRetryMs = 30_000;
const missingBatch = 1_000;

export interface SpoolOptions {
  readonly clock: Pick<Clock, 'sleep'>;
  readonly store: Pick<RoundStore, 'put' | 'putMissing'>;
  readonly events: EngineEvents;
  readonly log: Log;
  /** Rounds kept in memory while the store can't take them; the oldest gives way. */
  readonly limit: number;
}

/** Takes rounds to the store, one after the other, and keeps them while the store can't take them. */
export interface Spool {
  submit(round: Round): void;
  submitMissing(missing: readonly MissingRound[]): void;
  /** Whether a round of this path and slot waits here. */
  holds(path: PathId, slot: EpochMs): boolean;
  /** Tries everything that waits once more; what still can't be stored is lost, and said to be. */
  close(): Promise<void>;
}

export function createSpool({ clock, store, events, log, limit }: SpoolOptions): Spool {
  const rounds: Round[] = [];
  const missing: MissingRound[] = [];
  /** Those that were said to wait. */
  const delayed = new WeakSet<Round>();
  const closing = new AbortController();
  let writer: Promise<void> | null = null;

  /** A round that the store can't take for what it is must not hold up the others. */
  const put = async (round: Round): Promise<'stored' | 'already-stored' | 'refused'> => {
    try {
      return await store.put(round);
    } catch (error) {
      if (!isOfTheRound(error)) throw error;
      giveUp(round, error);
      return 'refused';
    }
  };

  const giveUp = (round: Round, error: unknown): void => {
    events.roundDropped(round);
    log.error(
      { err: error, path: round.path, slot: iso(round.slot) },
      'a round is given up: the store can not take it',
    );
    missing.push({ path: round.path, slot: round.slot, reason: 'store' });
  };

  const writeAll = async (): Promise<void> => {
    for (let round = rounds[0]; round; round = rounds[0]) {
      const done = await put(round);
      // Compared, since a full queue may have dropped it meanwhile.
      if (rounds[0] === round) rounds.shift();
      if (done === 'stored') events.roundStored(round);
      else if (done === 'already-stored')
        log.info(
          { path: round.path, slot: iso(round.slot) },
          'this round was stored before; the first one stays',
        );
    }
    while (missing.length > 0) {
      const batch = missing.slice(0, missingBatch);
      await store.putMissing(batch);
      missing.splice(0, batch.length);
      events.slotsMissing(batch);
    }
  };

  /** False when the store refused; what it refused still waits. */
  const attempt = async (): Promise<boolean> => {
    try {
      await writeAll();
      events.storeWritable(true);
      return true;
    } catch (error) {
      events.storeWritable(false);
      for (const round of rounds.filter((waiting) => !delayed.has(waiting))) {
        delayed.add(round);
        events.roundDelayed(round, rounds.length);
      }
      log.error(
        { err: error, waiting: rounds.length },
        'the store refuses; rounds wait in memory and are tried again',
      );
      return false;
    }
  };

  const write = async (): Promise<void> => {
    let retryMs = firstRetryMs;
    while (rounds.length + missing.length > 0 && !closing.signal.aborted) {
      if (await attempt()) continue;
      await clock.sleep(retryMs, closing.signal);
      retryMs = Math.min(retryMs * 2, lastRetryMs);
    }
    // In the same turn as the last look at the queues: a later submit starts a writer of its own.
    writer = null;
  };

  const wake = (): void => {
    writer ??= write();
  };

  return {
    submit: (round) => {
      rounds.push(round);
      while (rounds.length > limit) {
        const dropped = rounds.shift();
        if (!dropped) break;
        events.roundDropped(dropped);
        log.error(
          { path: dropped.path, slot: iso(dropped.slot) },
          'a round is given up: too many wait for the store',
        );
        missing.push({ path: dropped.path, slot: dropped.slot, reason: 'store' });
      }
      wake();
    },
    submitMissing: (more) => {
      missing.push(...more);
      if (more.length > 0) wake();
    },
    holds: (path, slot) => rounds.some((round) => round.path === path && round.slot === slot),
    close: async () => {
      closing.abort();
      await writer;
      if (rounds.length + missing.length > 0) await attempt();
      for (const { path, slot } of rounds)
        log.error({ path, slot: iso(slot) }, 'a round is lost: it could not be stored');
    },
  };
}

/** Not the medium: the store itself says that this round is no row of its. */
const isOfTheRound = (error: unknown): boolean => !(error instanceof StoreFault) || error.kind === 'other';

const iso = (at: EpochMs): string => new Date(at).toISOString();
