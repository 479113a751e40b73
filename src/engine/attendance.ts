import type { PathConfig } from '../config/config.js';
import type { MissingReason, MissingRound } from '../core/measurement/round.js';
import { slotAtOrBefore } from '../core/time/slot.js';
import type { EpochMs, PathId } from '../core/types.js';
import type { RunRecord, Store } from '../store/store.js';
import { findMissing } from './absence.js';
import type { ClockGap } from './clock-watch.js';
import type { Log } from './ports.js';

export interface AttendanceOptions {
  readonly store: Pick<Store, 'rounds' | 'paths'>;
  readonly pending: (path: PathId, slot: EpochMs) => boolean;
  readonly submit: (missing: readonly MissingRound[]) => void;
  readonly log: Log;
}

/** Sees to it that every slot that was due has a round or a missing mark with the reason, where it is known. */
export interface Attendance {
  /** Marks what passed since the daemon before this one started. */
  catchUp(
    paths: readonly PathConfig[],
    everyMs: number,
    previous: RunRecord | null,
    now: EpochMs,
  ): Promise<void>;
  /** Marks what passed before `to` since the last call. */
  checkUntil(paths: readonly PathConfig[], everyMs: number, to: EpochMs): Promise<void>;
  /** Remembers a stretch that the daemon did not live through. */
  noteGap(gap: ClockGap): void;
}

const keepGaps = 100;

export function createAttendance({ store, pending, submit, log }: AttendanceOptions): Attendance {
  const gaps: ClockGap[] = [];
  /** From where each path is to be looked at. */
  const openFrom = new Map<PathId, EpochMs>();

  const whyNow = (slot: EpochMs): MissingReason =>
    gaps.find((gap) => slot > gap.from && slot <= gap.to)?.reason ?? 'unknown';

  const mark = async (
    path: PathConfig,
    everyMs: number,
    span: { readonly from: EpochMs; readonly to: EpochMs },
    reasonFor: (slot: EpochMs) => MissingReason,
  ): Promise<void> => {
    const missing = await findMissing(store.rounds, { path, ...span, everyMs, pending, reasonFor });
    if (missing.length === 0) return;
    log.warn(
      { path: path.id, slots: missing.length, first: iso(missing[0]?.slot), reason: missing[0]?.reason },
      'slots are missing',
    );
    submit(missing);
  };

  return {
    noteGap: (gap) => {
      gaps.push(gap);
      if (gaps.length > keepGaps) gaps.shift();
    },
    catchUp: async (paths, everyMs, previous, now) => {
      const known = await store.paths.known();
      const reason = previous?.stoppedAt == null ? 'crashed' : 'stopped';
      for (const path of paths) {
        openFrom.set(path.id, now);
        const seen = known.get(path.id);
        // A path that the daemon before did not have was not due while it was away.
        if (!previous || !seen || seen.lastSeenAt < previous.startedAt) continue;
        const from = Math.max(previous.startedAt, seen.firstSeenAt);
        await mark(path, everyMs, { from, to: now }, () => reason);
      }
    },
    checkUntil: async (paths, everyMs, to) => {
      await store.paths.seen(
        paths.map((path) => path.id),
        to,
      );
      for (const path of paths) {
        const from = openFrom.get(path.id) ?? to;
        if (from < to) await mark(path, everyMs, { from, to }, whyNow);
        // One slot back, since a round of that one may still be on its way to the store.
        openFrom.set(path.id, Math.max(from, slotAtOrBefore(to - 1, everyMs)));
      }
      const current = new Set(paths.map((path) => path.id));
      for (const id of openFrom.keys()) if (!current.has(id)) openFrom.delete(id);
    },
  };
}

const iso = (at: EpochMs | undefined): string | undefined =>
  at === undefined ? undefined : new Date(at).toISOString();
