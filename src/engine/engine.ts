import type { MeasurementConfig, PathConfig, Pop, StoreConfig, WatchConfig } from '../config/config.js';
import { type RoundSummary, summarise } from '../core/measurement/figures.js';
import type { Round } from '../core/measurement/round.js';
import { isDue, slotAtOrBefore } from '../core/time/slot.js';
import type { EpochMs, PathId, PopId } from '../core/types.js';
import type { ProbeDriver, Progress } from '../../probes/probe.js';
import type { Store } from '../store/store.js';
import {
  createAttendance,
  createFlights,
  createSlotScheduler,
  startToleranceMs,
  type Timetable,
} from './scheduler.js';
import { createCalibrator, createRoundRunner } from './round-runner.js';
import { watchClock, type ClockGap } from './clock.js';
import { runUnscheduled } from './once.js';
import type { Links } from './links.js';
import { createNamedAhead, createStartedSlots } from './clock-steps.js';
import type { Clock, EngineEvents, Log, Random, Resolve } from './ports.js';
import { createReachability } from './reachability.js';
import { createSpool } from './spool.js';
import { createAlarm, createSteadyClock } from './steady-now.js';
import { heartbeatLoop, retentionLoop } from './upkeep.js';
import { createWatch } from './watch/watch.js';

/** What the engine measures; a reload replaces all of it. */
export interface EngineSettings {
  readonly pops: readonly Pop[];
  readonly paths: readonly PathConfig[];
  readonly measurement: MeasurementConfig;
  readonly retention: Pick<StoreConfig, 'keepPacketsMonths' | 'keepRowsMonths'>;
  /** The PoP in which this engine runs. */
  readonly observer: PopId;
  readonly watch: WatchConfig;
}

interface EngineOptions {
  /** The machine's. Everything that is measured goes by a steady one made of it. */
  readonly clock: Clock;
  readonly random: Random;
  readonly resolve: Resolve;
  readonly driver: ProbeDriver;
  readonly store: Store;
  readonly events: EngineEvents;
  readonly log: Log;
  readonly version: string;
  readonly settings: EngineSettings;
  /** A remark for rounds that end now; null: none. */
  readonly mark?: () => string | null;
  /** The local interfaces; absent: their state is not checked. */
  readonly links?: Links;
}

interface RunNowOptions {
  readonly onProgress?: (path: PathId, progress: Progress) => void;
}

export interface Engine {
  /** Resolves when the engine is waiting for slots. */
  start(): Promise<void>;
  /** Measures with these settings from now on; rounds in flight end with the settings they began with. */
  update(settings: EngineSettings): void;
  /** Runs and stores one unscheduled round of every path; resolves when all have ended. */
  runNow(options?: RunNowOptions): Promise<RoundSummary[]>;
  /** Ends the rounds in flight as aborted and stores them. */
  stop(): Promise<void>;
}

/** The queue holds two days of rounds before the oldest is dropped. */
const spoolLimit = (paths: number): number => Math.max(1_000, paths * 96);

/** How long after a due slot the earlier slots are checked: the clock watch has to detect a change first. */
const attendanceDelayMs = 3_000;

/** Longer than a daemon is usually down. */
const doubtfulGapMs = 7 * 86_400_000;
/** A clock that has stood for so long since such a gap is believed. */
const trustedAfterMs = 7 * 86_400_000;

export function createEngine(options: EngineOptions): Engine {
  const { random, resolve, driver, store, events, log, version } = options;
  const clock = createSteadyClock(options.clock);
  const alarm = createAlarm(clock);
  let settings = options.settings;
  const stopping = new AbortController();
  const loops: Promise<void>[] = [];
  const started = createStartedSlots();
  const namedAhead = createNamedAhead({ clock, reopen: (instant) => started.reopen(instant) });
  let clockDeviationMs = 0;
  /** Aborted, and replaced by the next, when the clock was set: whoever waits for an instant reckons again. */
  let clockSet = new AbortController();

  const spool = createSpool({
    clock,
    store: store.rounds,
    events,
    log,
    limit: spoolLimit(settings.paths.length),
    isNamedAhead: (stored) => namedAhead.has(stored),
  });
  const flights = createFlights((count) => {
    events.inFlight(count);
  });
  const calibrator = createCalibrator({ clock, driver, events, log });
  const reachability = createReachability();
  const network = { reachability, ...(options.links && { links: options.links }) };
  const watch = createWatch({
    clock,
    resolve,
    driver,
    store: store.watch,
    events,
    log,
    settings,
    ...network,
  });
  const mark = options.mark ?? (() => null);
  const runRound = createRoundRunner({
    clock,
    driver,
    resolve,
    calibration: calibrator.current,
    mark,
    ...network,
  });
  const attendance = createAttendance({
    clock,
    store,
    pending: (path, slot) => flights.has(path, slot) || spool.holds(path, slot),
    submit: (missing) => {
      spool.submitMissing(missing);
    },
    log,
  });

  const destinationOf = (path: PathConfig): Pop | undefined =>
    settings.pops.find(({ id }) => id === path.destination);

  const flyScheduled = async (
    path: PathConfig,
    slot: EpochMs,
    controller: AbortController,
  ): Promise<Round | null> => {
    const { everyMs, spreadMs } = settings.measurement;
    const lastStart = slot + spreadMs;
    const latenessMs = Math.max(0, clock.now() - slot);
    // The slot is late because the clock was set or the process was paused: start at a random time in what is left of
    // the spread.
    const from = latenessMs > startToleranceMs ? Math.min(slot + latenessMs, lastStart) : slot;
    const startAt = from + Math.floor(random() * (lastStart - from));
    // Reckoned again after each step: a clock that was set back makes the wait longer, and one that came back shorter.
    while (clock.now() < startAt && !controller.signal.aborted)
      await clock.sleep(startAt - clock.now(), AbortSignal.any([controller.signal, clockSet.signal]));
    // The machine slept or its clock was set meanwhile: the slot stays missing, because a round would be named wrongly.
    const outOfTime = clock.now() > lastStart + startToleranceMs;
    const stillWanted = settings.paths.some((current) => current.id === path.id);
    const destination = destinationOf(path);
    if (controller.signal.aborted || outOfTime || !stillWanted || !destination) return null;

    const ended = new AbortController();
    void clock.sleep(slot + everyMs - clock.now(), ended.signal).then(() => {
      if (!ended.signal.aborted) controller.abort('overrun');
    });
    try {
      events.roundStarted(path.id, slot);
      const round = await runRound({
        path,
        destination,
        measurement: settings.measurement,
        slot,
        scheduled: true,
        signal: controller.signal,
      });
      spool.submit(round);
      return round;
    } finally {
      ended.abort();
    }
  };

  const timetable = (): Timetable => {
    const { everyMs, spreadMs } = settings.measurement;
    return { everyMs, startWithinMs: spreadMs + startToleranceMs };
  };

  const lookOver = async (to: EpochMs): Promise<void> => {
    await clock.sleep(attendanceDelayMs, stopping.signal);
    if (stopping.signal.aborted) return;
    try {
      await attendance.checkUntil(settings.paths, timetable(), to);
    } catch (error) {
      log.error({ err: error }, 'the slots before this one could not be looked over');
    }
  };

  const scheduler = createSlotScheduler({
    clock,
    alarm,
    startWithinMs: () => timetable().startWithinMs,
    onSlot: (slot, lagMs) => {
      events.schedulerLag(lagMs);
      for (const path of settings.paths) {
        if (!isDue(slot, path) || !started.take(path.id, slot)) continue;
        // Its round may have waited since before the clock was set back: that one starts at its own time.
        if (flights.has(path.id, slot)) continue;
        void flights.launch(path.id, slot, (controller) => flyScheduled(path, slot, controller));
      }
      void lookOver(slot);
    },
    onLate: (slot, lagMs) => {
      events.schedulerLag(lagMs);
      log.warn(
        { slot: new Date(slot).toISOString(), lagMs },
        'woke up too late for this slot: it is missing',
      );
      void lookOver(slot + 1);
    },
  });

  return {
    start: async () => {
      const now = clock.now();
      const startedAtBootMs = clock.sinceBootMs();
      let lastSeenAt = now;
      /** A clock that runs ahead, now or since the start, must not delete rows that are not old. */
      const surelyNow = async (): Promise<EpochMs> => {
        const runsMs = clock.sinceBootMs() - startedAtBootMs;
        const byThisRun = Math.min(clock.now(), Math.min(now, lastSeenAt) + runsMs);
        const gap = await store.runs.latestGap(doubtfulGapMs);
        // Until it has stood for long, a long time in which nobody ran may be a clock that is ahead.
        const sinceGapMs = gap === null ? Infinity : clock.now() - gap.to;
        return gap === null || sinceGapMs >= trustedAfterMs
          ? byThisRun
          : Math.min(byThisRun, gap.from + sinceGapMs);
      };
      events.pathsChanged(settings.paths.map((path) => path.id));
      try {
        const previous = await store.runs.latest();
        lastSeenAt = previous?.lastSeenAt ?? now;
        namedAhead.begin(previous);
        await attendance.catchUp(settings.paths, timetable(), previous, now);
        await store.paths.seen(
          settings.paths.map((path) => path.id),
          now,
        );
      } catch (error) {
        log.error({ err: error }, 'the slots before this start could not be looked over');
      }
      const { signal } = stopping;
      loops.push(
        heartbeatLoop(
          { clock, runs: store.runs, upkeep: store.upkeep, version, startedAt: now, events, log },
          signal,
        ),
        retentionLoop(
          {
            clock,
            surelyNow,
            store: store.upkeep,
            log,
            retention: () => settings.retention,
            paths: async () => [...(await store.paths.known()).keys()].sort(),
          },
          signal,
        ),
        watchClock({ clock: options.clock, onStep: tellStep, onDeviation }, signal),
        watchClock(
          {
            clock,
            onStep,
            onPause,
            onLook: () => {
              scheduler.check();
            },
          },
          signal,
        ),
        calibrator.keep(signal),
      );
      const { everyMs } = settings.measurement;
      // A slot that came while the store was read belongs to this daemon, and its rounds may still start.
      if (slotAtOrBefore(clock.now(), everyMs) >= now) scheduler.rearm(everyMs);
      else scheduler.arm(everyMs);
      await watch.start();
    },
    update: (next) => {
      settings = next;
      watch.update(next);
      events.pathsChanged(next.paths.map((path) => path.id));
      scheduler.change(next.measurement.everyMs);
    },
    runNow: async (runOptions) => {
      const rounds = await Promise.all(
        settings.paths.map((path) =>
          flights.launch(path.id, null, async ({ signal }) => {
            const destination = destinationOf(path);
            if (!destination) return null;
            const round = await runUnscheduled({
              clock,
              random,
              runRound,
              path,
              destination,
              measurement: settings.measurement,
              signal,
              ...runOptions,
            });
            if (round) spool.submit(round);
            // Without its packets: those of all paths together take tens of megabytes until the last round ends.
            return round && summarise(round);
          }),
        ),
      );
      return rounds.filter((round) => round !== null);
    },
    stop: async () => {
      scheduler.stop();
      stopping.abort();
      spool.gather();
      await Promise.all([flights.abortAll('stopping'), watch.stop()]);
      await spool.close();
      await Promise.allSettled(loops);
    },
  };

  function onDeviation(ms: number): void {
    clockDeviationMs = ms;
    events.clockDeviates(ms);
    if (ms === 0) log.info({}, 'the wall clock is in step again');
  }

  function onPause(gap: ClockGap): void {
    log.warn({ ms: gap.to - gap.from }, 'this process was paused, or was too busy to look at the clock');
    attendance.noteGap(gap);
  }

  function tellStep(byMs: number, gap: ClockGap | null): void {
    events.clockStepped(byMs);
    log.warn({ byMs: Math.round(byMs), reason: gap?.reason ?? 'clock-stepped' }, 'the wall clock jumped');
  }

  /** The steady clock follows: the machine slept, its clock was set back, or a step ahead has stood. */
  function onStep(byMs: number, gap: ClockGap | null): void {
    if (gap === null || gap.reason === 'clock-stepped') namedAhead.stepped(-byMs);
    const waiting = clockSet;
    clockSet = new AbortController();
    waiting.abort('the clock was set');
    if (gap) attendance.noteGap(gap);
    else
      void attendance.wentBack(settings.paths, clock.now()).catch((error: unknown) => {
        log.error({ err: error }, 'marks of slots that are yet to come could not be taken back');
      });
    void lookOver(clock.now());
    // A step ahead that is followed is right, and so is a clock that is back where it was: the slot that it passed over
    // is due. Any other time may be wrong.
    if (gap || clockDeviationMs === 0) scheduler.rearm(settings.measurement.everyMs);
    else scheduler.arm(settings.measurement.everyMs);
  }
}
