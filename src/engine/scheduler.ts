import type { PathConfig } from '../config/config.js';
import type { AbortCause, MissingReason, MissingRound } from '../core/measurement/round.js';
import { type Interval, type IntervalSet, merge, subtract } from '../core/time/intervals.js';
import { dueSlots, slotAfter, slotAtOrBefore } from '../core/time/slot.js';
import type { EpochMs, PathId } from '../core/types.js';
import type { RoundStore, RunRecord, Store } from '../store/store.js';
import type { ClockGap } from './clock.js';
import { createMarksTakenBack } from './clock-steps.js';
import type { Alarm, Clock, Log } from './ports.js';

/** How late an alarm may fire on a machine that is merely busy, milliseconds. */
export const startToleranceMs = 5_000;

interface SlotScheduler {
  /** Waits for the next slot of the wall clock. */
  arm(everyMs: number): void;
  /** For settings that changed: as `arm`, and a slot that came while its alarm was on its way is due first. */
  change(everyMs: number): void;
  /** For a clock that was set: as `arm`, and the slot whose rounds may start now is due too. */
  rearm(everyMs: number): void;
  /** Arms again if the slot waited for is no longer the next one, because the clock was ahead for a moment. */
  check(): void;
  /** For good: whatever is asked for later, no slot is reported any more. */
  stop(): void;
}

interface SlotSchedulerOptions {
  readonly clock: Pick<Clock, 'now' | 'sinceBootMs'>;
  readonly alarm: Alarm;
  /** How long after its slot a round may start, milliseconds; later, the slot's name would be wrong. */
  readonly startWithinMs: () => number;
  /** Called when a slot is due. */
  readonly onSlot: (slot: EpochMs, lagMs: number) => void;
  /** Called when the alarm fired too late for `slot`: the machine slept, or its clock was set. */
  readonly onLate: (slot: EpochMs, lagMs: number) => void;
}

/** Reports due slots. Independent of paths and rounds. */
export function createSlotScheduler(options: SlotSchedulerOptions): SlotScheduler {
  const { clock, alarm, startWithinMs, onSlot, onLate } = options;
  let armed: { readonly due: EpochMs; readonly everyMs: number; readonly ring: () => void } | null = null;
  let pending: { cancel(): void } | null = null;
  let stopped = false;

  const arm = (everyMs: number): void => {
    if (stopped) return;
    pending?.cancel();
    const armedAt = clock.now();
    const armedAtBootMs = clock.sinceBootMs();
    const due = slotAfter(armedAt, everyMs);
    const ring = (): void => {
      const now = clock.now();
      // An alarm that fired early (the clock was set back meanwhile) waits for what is due now.
      if (now >= due) {
        const slot = slotAtOrBefore(now, everyMs);
        const lagMs = now - slot;
        const skippedMs = now - armedAt - (clock.sinceBootMs() - armedAtBootMs);
        // A delay because of sleep is only a delay; one because the clock was set ahead may give the slot a wrong name.
        const withinMs = skippedMs > startToleranceMs ? startToleranceMs : startWithinMs();
        if (lagMs <= withinMs) onSlot(slot, lagMs);
        else onLate(slot, lagMs);
      }
      arm(everyMs);
    };
    armed = { due, everyMs, ring };
    pending = alarm.at(due, ring);
  };

  return {
    arm,
    change: (everyMs) => {
      if (armed !== null && clock.now() >= armed.due) armed.ring();
      arm(everyMs);
    },
    rearm: (everyMs) => {
      if (stopped) return;
      const now = clock.now();
      const slot = slotAtOrBefore(now, everyMs);
      if (now - slot <= startWithinMs()) onSlot(slot, now - slot);
      arm(everyMs);
    },
    check: () => {
      if (armed !== null && armed.due - clock.now() > armed.everyMs) arm(armed.everyMs);
    },
    stop: () => {
      stopped = true;
      armed = null;
      pending?.cancel();
      pending = null;
    },
  };
}

interface Flight {
  readonly path: PathId;
  /** Null for a round started by hand. */
  readonly slot: EpochMs | null;
  readonly controller: AbortController;
  readonly done: Promise<unknown>;
}

/** The rounds that are running or about to start. */
interface Flights {
  /** Starts `run`, which measures a round, and tracks it until it ends; resolves to what it resolves to. */
  launch<T>(path: PathId, slot: EpochMs | null, run: (controller: AbortController) => Promise<T>): Promise<T>;
  has(path: PathId, slot: EpochMs): boolean;
  count(): number;
  /** Ends all of them, and resolves when they have ended. One that is launched later is aborted before it starts. */
  abortAll(cause: AbortCause): Promise<void>;
}

export function createFlights(changed: (count: number) => void): Flights {
  const flights = new Set<Flight>();
  let abortedBy: AbortCause | null = null;
  return {
    launch: (path, slot, run) => {
      const controller = new AbortController();
      if (abortedBy !== null) controller.abort(abortedBy);
      // In a later turn, so that the flight is registered before it can end.
      const done = Promise.resolve()
        .then(() => run(controller))
        .finally(() => {
          flights.delete(flight);
          changed(flights.size);
        });
      const flight: Flight = { path, slot, controller, done };
      flights.add(flight);
      changed(flights.size);
      return done;
    },
    has: (path, slot) => [...flights].some((flight) => flight.path === path && flight.slot === slot),
    count: () => flights.size,
    abortAll: async (cause) => {
      abortedBy = cause;
      for (const flight of flights) flight.controller.abort(cause);
      while (flights.size > 0) await Promise.allSettled([...flights].map((flight) => flight.done));
    },
  };
}

interface AttendanceOptions {
  readonly clock: Pick<Clock, 'now' | 'sinceBootMs'>;
  readonly store: Pick<Store, 'rounds' | 'paths'>;
  readonly pending: (path: PathId, slot: EpochMs) => boolean;
  readonly submit: (missing: readonly MissingRound[]) => void;
  readonly log: Log;
}

/** Slots are due every `everyMs`; the round of a slot may start until `startWithinMs` after it. */
export interface Timetable {
  readonly everyMs: number;
  readonly startWithinMs: number;
}

/**
 * Ensures that every due slot has a round or a missing mark, with the reason where it is known. A slot is marked only
 * when both the wall clock and the clock since boot have passed it, so that a clock that runs ahead for a while does
 * not mark slots that are yet to come.
 */
interface Attendance {
  /** Marks slots that passed since the previous daemon started. */
  catchUp(
    paths: readonly PathConfig[],
    timetable: Timetable,
    previous: RunRecord | null,
    now: EpochMs,
  ): Promise<void>;
  /** Marks slots that passed before `to` since the last call. */
  checkUntil(paths: readonly PathConfig[], timetable: Timetable, to: EpochMs): Promise<void>;
  /** Records a stretch in which the daemon did not run, or that the clock skipped. */
  noteGap(gap: ClockGap): void;
  /** The wall clock was set back to `now`: later slots are yet to come, so their marks are removed. */
  wentBack(paths: readonly PathConfig[], now: EpochMs): Promise<void>;
}

const keepGaps = 100;

interface NotedGap extends ClockGap {
  /** The clock since boot when the wall clock reached the end of the gap. */
  readonly atBootMs: number;
}

export function createAttendance({ clock, store, pending, submit, log }: AttendanceOptions): Attendance {
  let gaps: NotedGap[] = [];
  /** The instant from which the slots of each path are still to be checked. */
  const openFrom = new Map<PathId, EpochMs>();
  const takenBack = createMarksTakenBack();

  /** How far time really advanced in a skipped stretch, supposing the clock was right before it was set. */
  const passedUntil = ({ from, to, reason, atBootMs }: NotedGap): EpochMs =>
    reason === 'clock-stepped' ? Math.min(to, from + clock.sinceBootMs() - atBootMs) : to;
  /** Stretches that were skipped and have not really passed yet; this can be years. */
  const skipped = (): IntervalSet =>
    merge(
      gaps.map((gap) => ({ from: passedUntil(gap) + 1, to: gap.to + 1 })).filter(({ from, to }) => from < to),
    );

  const whyNow =
    ({ startWithinMs }: Timetable) =>
    (slot: EpochMs): MissingReason =>
      gaps.find((gap) => slot + startWithinMs > gap.from && slot <= gap.to)?.reason ?? 'unknown';

  const mark = async (
    path: PathConfig,
    everyMs: number,
    span: Interval,
    reasonFor: (slot: EpochMs) => MissingReason,
  ): Promise<void> => {
    const missing: MissingRound[] = [];
    for (const passed of subtract([span], skipped()))
      missing.push(...(await findMissing(store.rounds, { path, ...passed, everyMs, pending, reasonFor })));
    submitPassed(path, missing);
  };

  /** The clock may have been set back while the store was read. */
  const submitPassed = (path: PathConfig, found: readonly MissingRound[]): void => {
    const missing = found
      .filter(({ slot }) => slot <= clock.now())
      .map((one) => ({ path: one.path, slot: one.slot, reason: takenBack.reasonOf(one) }));
    if (missing.length === 0) return;
    log.warn(
      { path: path.id, slots: missing.length, first: iso(missing[0]?.slot), reason: missing[0]?.reason },
      'slots are missing',
    );
    submit(missing);
  };

  /** A mark of a slot that has not come yet was made while the clock was wrong. */
  const takeBackMarks = async (paths: readonly PathConfig[], from: EpochMs): Promise<void> => {
    if (paths.length === 0) return;
    const ids = paths.map(({ id }) => id);
    const { count, earliest } = await store.rounds.removeMarks(ids, from);
    takenBack.note(earliest);
    if (count > 0)
      log.warn(
        { marks: count, after: iso(from) },
        'slots that are yet to come were marked missing: taken back',
      );
  };

  return {
    noteGap: (gap) => {
      gaps.push({ ...gap, atBootMs: clock.sinceBootMs() });
      if (gaps.length > keepGaps) gaps.shift();
    },
    wentBack: async (paths, now) => {
      gaps = gaps.filter(({ from }) => from < now).map((gap) => ({ ...gap, to: Math.min(gap.to, now) }));
      for (const [id, from] of openFrom) openFrom.set(id, Math.min(from, now));
      await takeBackMarks(paths, now + 1);
    },
    catchUp: async (paths, { everyMs }, previous, now) => {
      await takeBackMarks(paths, now + 1);
      const known = await store.paths.known();
      const reason = previous?.stoppedAt == null ? 'crashed' : 'stopped';
      for (const path of paths) {
        openFrom.set(path.id, now);
        const seen = known.get(path.id);
        // A path that the previous daemon did not have was not due while that daemon was down.
        if (!previous || !seen || seen.lastSeenAt < previous.startedAt) continue;
        const from = Math.max(previous.startedAt, seen.firstSeenAt);
        await mark(path, everyMs, { from, to: now }, () => reason);
      }
    },
    checkUntil: async (paths, timetable, asked) => {
      const { everyMs } = timetable;
      /** When the clock was set back since the request, part of the requested time is yet to come. */
      const until = (): EpochMs => Math.min(asked, clock.now());
      await store.paths.seen(
        paths.map((path) => path.id),
        until(),
      );
      for (const path of paths) {
        const to = until();
        const from = openFrom.get(path.id) ?? to;
        if (from < to) await mark(path, everyMs, { from, to }, whyNow(timetable));
        // One slot back, since a round of that one may still be on its way to the store.
        const next = Math.max(from, slotAtOrBefore(to - 1, everyMs));
        if (to <= clock.now())
          openFrom.set(path.id, Math.min(next, Math.max(from, skipped()[0]?.from ?? next)));
        takenBack.forgetBefore(path.id, openFrom.get(path.id) ?? from);
      }
      const current = new Set(paths.map((path) => path.id));
      for (const id of openFrom.keys()) if (!current.has(id)) openFrom.delete(id);
    },
  };
}

const iso = (at: EpochMs | undefined): string | undefined =>
  at === undefined ? undefined : new Date(at).toISOString();

interface AbsenceQuery {
  readonly path: PathConfig;
  /** Slots in [from, to) are checked. */
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly everyMs: number;
  /** Whether the slot's round is running or waits to be stored. */
  readonly pending: (path: PathId, slot: EpochMs) => boolean;
  readonly reasonFor: (slot: EpochMs) => MissingReason;
}

/** The due slots of a path that have neither a round nor a mark. */
async function findMissing(
  store: Pick<RoundStore, 'accounted'>,
  { path, from, to, everyMs, pending, reasonFor }: AbsenceQuery,
): Promise<MissingRound[]> {
  const due = dueSlots(from, to, everyMs, path);
  if (due.length === 0) return [];
  const accounted = new Set(await store.accounted(path.id, from, to));
  return due
    .filter((slot) => !accounted.has(slot) && !pending(path.id, slot))
    .map((slot) => ({ path: path.id, slot, reason: reasonFor(slot) }));
}
