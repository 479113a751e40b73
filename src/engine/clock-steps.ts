import { tellsMore } from '../core/merge.js';
import type { MissingReason, MissingRound } from '../core/measurement/round.js';
import type { EpochMs, PathId } from '../core/types.js';
import type { RunRecord } from '../store/store.js';
import type { Clock } from './ports.js';

/** A clock that is set back by less may be a slip of it, and names hardly a slot wrongly, milliseconds. */
const leastStepMs = 30_000;
/** How long a daemon may have lived on since it was last seen, and how exact the clocks are. */
const slackMs = 12_000;

interface NamedAheadOptions {
  readonly clock: Pick<Clock, 'now' | 'sinceBootMs'>;
  /** Slots after this instant may be started again; what it returns takes that back. */
  readonly reopen: (instant: EpochMs) => () => void;
}

/**
 * Knows which rounds in the store got their names from a clock that was ahead. Two things can be behind a clock that is
 * set back: it was ahead, and is right now; or it was right, and is wrong now. The runs in the store tell them apart. By
 * the new time this daemon was started earlier by the same step; if the run before was still seen after that, the new
 * time is wrong. A step ahead that has stood is looked at in the same way: it may be the way back to the right time of a
 * clock that was set back too far.
 */
interface NamedAhead {
  /** The previous run in the store, as this daemon starts. */
  begin(previous: RunRecord | null): void;
  /** The clock was set back by so much, or ahead where it is negative. */
  stepped(backMs: number): void;
  /** Whether a round that another one finds in its slot was named by a clock that was ahead. */
  has(stored: { readonly startedAt: EpochMs }): boolean;
}

export function createNamedAhead({ clock, reopen }: NamedAheadOptions): NamedAhead {
  const startedAt = clock.now();
  const startedAtBootMs = clock.sinceBootMs();
  /** This daemon can not have been started before; without a run before, not before its own start. */
  let earliestStart: EpochMs = startedAt - slackMs;
  /** Rounds of others, or from before the clock came here, that began later than this are named ahead; null: none. */
  let after: EpochMs | null = null;
  let takeBack = (): void => undefined;
  return {
    begin: (previous) => {
      if (previous === null) return;
      earliestStart = previous.stoppedAt ?? previous.lastSeenAt + slackMs;
      // What the store has of later is not of this time, unless the run before was seen later too.
      if (previous.lastSeenAt <= startedAt) after = startedAt;
    },
    stepped: (backMs) => {
      // A clock that came back far is often set once more by a little, which changes nothing of what was found out.
      if (Math.abs(backMs) < leastStepMs) return;
      takeBack();
      takeBack = () => undefined;
      const now = clock.now();
      const startByThisTime = now - (clock.sinceBootMs() - startedAtBootMs);
      const isRight = startByThisTime >= earliestStart;
      after = isRight ? now : null;
      if (isRight) takeBack = reopen(now);
    },
    has: (stored) => after !== null && stored.startedAt > after,
  };
}

/** A clock that is set further back than this may run a slot again; the store keeps the first round of it. */
const keepMs = 86_400_000;

/** Which slots were started for each path, of the latest day: a clock that was set back does not run one again. */
interface StartedSlots {
  /** True, once, for a slot that was not started before. */
  take(path: PathId, slot: EpochMs): boolean;
  /** Slots after `instant` may be started again; what it returns takes that back. */
  reopen(instant: EpochMs): () => void;
}

export function createStartedSlots(): StartedSlots {
  const slots = new Map<PathId, Set<EpochMs>>();
  return {
    take: (path, slot) => {
      const started = slots.get(path) ?? new Set();
      if (started.has(slot)) return false;
      slots.set(path, started.add(slot));
      // In the order of starting: the first ones are the oldest, whatever the clock said then.
      for (const old of started) {
        if (Math.abs(slot - old) <= keepMs) break;
        started.delete(old);
      }
      return true;
    },
    reopen: (instant) => {
      const before = new Map<PathId, readonly EpochMs[]>();
      for (const [path, started] of slots) {
        before.set(path, [...started]);
        for (const slot of started) if (slot > instant) started.delete(slot);
      }
      return () => {
        for (const [path, started] of before)
          slots.set(path, new Set([...started, ...(slots.get(path) ?? [])]));
      };
    },
  };
}

/**
 * What marks said that were taken back because the clock was set back before their slots. When the clock comes back to
 * where it was, such a slot is marked again, and the step of the clock is not why nobody measured it. The hub may have
 * had the first mark, and of two marks it has the one that tells more: so does this one.
 */
interface MarksTakenBack {
  note(marks: readonly MissingRound[]): void;
  /** The mark's reason, or the one that was taken back where that tells more. */
  reasonOf(mark: MissingRound): MissingReason;
  /** The path's slots before this instant are settled. */
  forgetBefore(path: PathId, instant: EpochMs): void;
}

export function createMarksTakenBack(): MarksTakenBack {
  const reasons = new Map<PathId, Map<EpochMs, MissingReason>>();
  const betterOf = (reason: MissingReason, before: MissingReason | undefined): MissingReason =>
    before !== undefined && tellsMore(before, reason) ? before : reason;
  return {
    note: (marks) => {
      for (const { path, slot, reason } of marks) {
        const ofPath = reasons.get(path) ?? new Map<EpochMs, MissingReason>();
        reasons.set(path, ofPath.set(slot, betterOf(reason, ofPath.get(slot))));
      }
    },
    reasonOf: ({ path, slot, reason }) => betterOf(reason, reasons.get(path)?.get(slot)),
    forgetBefore: (path, instant) => {
      const ofPath = reasons.get(path);
      for (const slot of ofPath?.keys() ?? []) if (slot < instant) ofPath?.delete(slot);
      if (ofPath?.size === 0) reasons.delete(path);
    },
  };
}
