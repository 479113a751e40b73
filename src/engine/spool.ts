import { type RoundSummary, summarise } from '../core/measurement/figures.js';
import type { MissingRound, Round } from '../core/measurement/round.js';
import { asUnscheduled, isSameMeasurement, asReplacement } from '../core/merge.js';
import type { EpochMs, PathId } from '../core/types.js';
import { StoreError, type RoundStore } from '../store/store.js';
import type { Clock, EngineEvents, Log } from './ports.js';
import { createServedTime } from './served-time.js';

const firstRetryMs = 1_000;
const lastRetryMs = 30_000;
const missingBatch = 1_000;
const roundsAtOnce = 64;
/** More than a mesh has in flight; bounds the memory of one transaction after a store was down for long. */
const roundsAtClose = 1_000;
/** Rounds of one slot, milliseconds apart. */
const mostBeside = 100;

type PutEnd = 'stored' | 'already-stored' | 'refused';

interface SpoolOptions {
  readonly clock: Pick<Clock, 'monotonicMs' | 'sleep'>;
  readonly store: Pick<RoundStore, 'put' | 'putAll' | 'putMissing' | 'list' | 'replace'>;
  /** Whether a round that is stored was named by a clock that was ahead; by default none was. */
  readonly isNamedAhead?: (stored: RoundSummary) => boolean;
  readonly events: EngineEvents;
  readonly log: Log;
  /** How many rounds are queued in memory while the store can't take them; beyond it the oldest is dropped. */
  readonly limit: number;
}

/** On shutdown, how long to wait for a store that does not answer, milliseconds. */
const closeLimitMs = 1_000;
/** So many turns of the event loop a write may take that is about to begin. */
const lastTurns = 5;

/**
 * Writes rounds to the store, those that end together in one commit, and queues them while the store can't take them.
 */
interface Spool {
  submit(round: Round): void;
  submitMissing(missing: readonly MissingRound[]): void;
  /** Whether a round of this path and slot is in the queue. */
  holds(path: PathId, slot: EpochMs): boolean;
  /** From now on rounds wait for `close`, which stores them together: the rounds that a stop ends come one by one. */
  gather(): void;
  /**
   * Tries all queued rounds once more, within a second; those that still can't be stored are lost, and that is logged.
   */
  close(): Promise<void>;
}

export function createSpool(options: SpoolOptions): Spool {
  const { clock, store, events, log, limit, isNamedAhead = () => false } = options;
  const rounds: Round[] = [];
  const missing: MissingRound[] = [];
  /** Rounds whose delay was reported already. */
  const delayed = new WeakSet<Round>();
  const closing = new AbortController();
  let isGathering = false;
  let writer: Promise<void> | null = null;

  /** A round that the store rejects for its content must not hold up the others. */
  const put = async (round: Round): Promise<PutEnd> => {
    try {
      return await store.put(round);
    } catch (error) {
      if (!isOfTheRound(error)) throw error;
      giveUp(round, error);
      return 'refused';
    }
  };

  /**
   * Another round has the slot: this one was measured too, after the clock was set back or under a clock that was
   * wrong before. The one that was named rightly gets the slot. The other is stored beside it, so that none of its
   * packets is lost, and belongs to no month.
   */
  const storeSecond = async (round: Round): Promise<void> => {
    const { path, slot } = round;
    const near = await store.list({ path, from: slot, to: slot + mostBeside, limit: mostBeside });
    const own = summarise(round);
    // A put whose confirmation was lost is repeated: the slot has this very round.
    if (near.some((stored) => stored.status !== 'missing' && isSameMeasurement(stored, own))) return;
    const taken = new Set(near.map((stored) => stored.slot));
    let beside = slot + 1;
    while (taken.has(beside)) beside += 1;
    const there = near.find((stored) => stored.slot === slot);
    if (there && there.status !== 'missing' && isNamedAhead(there)) {
      log.warn(nameOf(round), 'a round that a clock which was ahead gave this slot is stored as unscheduled');
      const right = asReplacement(round);
      await store.replace(right, { beside, why: 'was given to it by a clock that was ahead' });
      events.roundStored(right);
      return;
    }
    log.warn(
      nameOf(round),
      'a round of this slot is stored already and stays; this one is stored as unscheduled',
    );
    const moved = asUnscheduled(round, beside, 'has a round already');
    if ((await store.put(moved)) === 'stored') events.roundStored(moved);
  };

  const giveUp = (round: Round, error: unknown): void => {
    events.roundDropped(round);
    log.error({ err: error, ...nameOf(round) }, 'a round is given up');
    missing.push({ path: round.path, slot: round.slot, reason: 'store' });
  };

  /**
   * While the daemon runs, puts made in the same turn share commits that are short. At a stop they share one,
   * because a busy disk may take longer for several than the stop may last.
   */
  const putBatch = async (batch: readonly Round[]): Promise<PromiseSettledResult<PutEnd>[]> => {
    if (closing.signal.aborted) {
      try {
        return (await store.putAll(batch)).map((value) => ({ status: 'fulfilled', value }));
      } catch (error) {
        if (!isOfTheRound(error)) return batch.map(() => ({ status: 'rejected', reason: error }));
        // One of them is rejected for its content: each alone, so that the others are stored.
      }
    }
    return Promise.allSettled(batch.map(put));
  };

  /** A full queue may have dropped the round meanwhile. */
  const remove = (round: Round): void => {
    if (rounds.includes(round)) rounds.splice(rounds.indexOf(round), 1);
  };

  const writeRounds = async (): Promise<void> => {
    while (rounds.length > 0 && !isGathering) {
      const batch = rounds.slice(0, closing.signal.aborted ? roundsAtClose : roundsAtOnce);
      const ends = await putBatch(batch);
      for (const [index, round] of batch.entries()) {
        const end = ends[index];
        if (end?.status !== 'fulfilled' || end.value === 'already-stored') continue;
        remove(round);
        if (end.value === 'stored') events.roundStored(round);
      }
      for (const [index, round] of batch.entries()) {
        const end = ends[index];
        if (end?.status !== 'fulfilled' || end.value !== 'already-stored') continue;
        await storeSecond(round);
        remove(round);
      }
      const refused = ends.find((end) => end.status === 'rejected');
      if (refused) throw refused.reason;
    }
  };

  const writeAll = async (): Promise<void> => {
    await writeRounds();
    while (missing.length > 0 && !isGathering) {
      const batch = missing.slice(0, missingBatch);
      await store.putMissing(batch);
      missing.splice(0, batch.length);
      events.slotsMissing(batch);
    }
  };

  /** Returns false when the store refused; refused rounds stay queued. */
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
    // In the same turn as the last check of the queues, so that a later submit starts a writer of its own.
    writer = null;
  };

  const wake = (): void => {
    if (!isGathering) writer ??= write();
  };

  return {
    submit: (round) => {
      rounds.push(round);
      while (rounds.length > limit) {
        const dropped = rounds.shift();
        if (!dropped) break;
        giveUp(dropped, new Error(`more than ${limit} rounds wait for the store`));
      }
      wake();
    },
    submitMissing: (more) => {
      missing.push(...more);
      if (more.length > 0) wake();
    },
    holds: (path, slot) => rounds.some((round) => round.path === path && round.slot === slot),
    gather: () => {
      isGathering = true;
      closing.abort();
    },
    close: async () => {
      closing.abort();
      const once = async (): Promise<void> => {
        await writer;
        isGathering = false;
        if (rounds.length + missing.length > 0) await attempt();
      };
      const done = new AbortController();
      const writing = once();
      await Promise.race([writing, createServedTime(clock).sleep(closeLimitMs, done.signal)]);
      done.abort();
      // Many rounds of a busy machine may keep this process from everything else for all of that time: then the write
      // has its turn only now.
      for (let turns = 0; turns < lastTurns && rounds.length > 0; turns += 1)
        await Promise.race([writing, new Promise(setImmediate)]);
      for (const round of rounds) log.error(nameOf(round), 'a round is lost: it could not be stored');
    },
  };
}

/** Whether the store rejected the round itself, rather than failing for want of a medium. */
const isOfTheRound = (error: unknown): boolean => !(error instanceof StoreError) || error.kind === 'other';

const nameOf = ({ path, slot }: Round): object => ({ path, slot: new Date(slot).toISOString() });
