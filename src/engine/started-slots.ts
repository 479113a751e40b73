import type { EpochMs, PathId } from '../core/types.js';

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
