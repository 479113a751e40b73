import type { ProbeDriver } from '../../probes/probe.js';
import type { MeasurementConfig, PathConfig, Pop } from '../config/config.js';
import type { Interval } from '../core/time/intervals.js';
import { dueSlots, roundLengthMs } from '../core/time/slot.js';
import type { EpochMs, PopId } from '../core/types.js';
import type { Clock, Log } from '../engine/ports.js';
import { createRoundRunner, type RunRound } from '../engine/round-runner.js';
import { createAttendance } from '../engine/scheduler.js';
import type { RunRecord, Store } from '../store/store.js';
import type { Away, Chance, History } from './scenario/backbone.js';
import { virtualClock, type VirtualClock } from './virtual-clock.js';

/** One stretch in which a daemon ran, and how it ended. */
interface Life extends Interval {
  readonly end: 'stopped' | 'crashed';
}

/** The lives of the daemon at `observer`, in their order; the last one stops in order when the history ends. */
export function livesOf({ happenings, period }: History, observer: PopId): Life[] {
  const away = happenings
    .filter((one): one is Away => one.kind === 'away' && one.pop === observer)
    .sort((a, b) => a.from - b.from);
  const starts = [period.from, ...away.map(({ to }) => to)];
  const ends = [
    ...away.map(({ from, how }) => ({ to: from, end: how })),
    { to: period.to, end: 'stopped' as const },
  ];
  return starts.map((from, index) => ({ from, to: period.to, end: 'stopped', ...ends[index] }));
}

/** One daemon: where it stands and what it measures. */
export interface SimulatedAgent {
  readonly observer: PopId;
  readonly paths: readonly PathConfig[];
}

interface SimulatedRounds {
  readonly agents: readonly SimulatedAgent[];
  readonly pops: readonly Pop[];
  readonly measurement: MeasurementConfig;
  readonly history: History;
  readonly chance: Chance;
  readonly store: Pick<Store, 'rounds' | 'paths'>;
  readonly log: Log;
  readonly openDriver: (observer: PopId, clock: Clock) => Promise<ProbeDriver>;
  readonly onRounds: (done: number) => void;
  readonly signal: AbortSignal;
}

interface Running extends SimulatedAgent {
  readonly driver: ProbeDriver;
  readonly runRound: RunRound;
  readonly lives: readonly Life[];
}

/** Plays every round of the mesh through the daemon's own round runner, slot by slot. Resolves to how many ran. */
export async function playRounds(options: SimulatedRounds): Promise<number> {
  const { history, measurement, store, signal } = options;
  const { from, to } = history.period;
  const time = virtualClock(from);
  const running = await Promise.all(options.agents.map((agent) => startAgent(agent, options, time)));
  const slots = dueSlots(from, to, measurement.everyMs, { from: null, to: null });
  await store.paths.seen(
    options.agents.flatMap(({ paths }) => paths.map(({ id }) => id)),
    from,
  );
  let rounds = 0;
  let writing: Promise<unknown> = Promise.resolve();
  for (const slot of slots) {
    signal.throwIfAborted();
    const written: Promise<unknown>[] = [];
    for (const agent of running) {
      for (const path of agent.paths) {
        const round = await playRound(agent, path, slot, options, time);
        if (round) written.push(store.rounds.put(round));
      }
    }
    rounds += written.length;
    // The store works on one slot's rounds while the next one's are played.
    await writing;
    writing = Promise.all(written);
    options.onRounds(rounds);
  }
  await writing;
  for (const agent of running) {
    await markAbsences(agent, options);
    await agent.driver.close();
  }
  return rounds;
}

async function startAgent(
  agent: SimulatedAgent,
  options: SimulatedRounds,
  time: VirtualClock,
): Promise<Running> {
  const { clock } = time;
  const driver = unwatched(await options.openDriver(agent.observer, clock));
  const resolve = (): Promise<never> => Promise.reject(new Error('no names in a simulated backbone'));
  const runRound = createRoundRunner({ clock, driver, resolve, calibration: () => null });
  return { ...agent, driver, runRound, lives: livesOf(options.history, agent.observer) };
}

/** Nobody looks how far a round is: a driver that need not say it sleeps once instead of many times. */
function unwatched(driver: ProbeDriver): ProbeDriver {
  return {
    ...driver,
    measure: ({ address, sizes, count, intervalMs, lostAfterMs, lateWaitMs, signal, options }) =>
      driver.measure({
        address,
        sizes,
        count,
        intervalMs,
        lostAfterMs,
        lateWaitMs,
        signal,
        ...(options && { options }),
      }),
  };
}

const never = new AbortController().signal;

/** Null: nobody was there, or nobody was left to tell of it. */
async function playRound(
  { lives, runRound }: Running,
  path: PathConfig,
  slot: EpochMs,
  { measurement, pops, chance }: SimulatedRounds,
  time: VirtualClock,
) {
  const startAt = slot + Math.floor(chance.share() * measurement.spreadMs);
  const destination = pops.find(({ id }) => id === path.destination);
  // A daemon waits for the slot itself.
  const life = lives.find((one) => one.from <= slot && startAt < one.to);
  if (!life || !destination) return null;
  time.set(startAt);
  const task = { path, destination, measurement, slot, scheduled: true };
  if (startAt + roundLengthMs(measurement) < life.to) {
    return time.passDuring(runRound({ ...task, signal: never }));
  }
  const controller = new AbortController();
  const ended = new AbortController();
  void time.clock.sleep(life.to - startAt, ended.signal).then(() => {
    if (!ended.signal.aborted) controller.abort('stopping');
  });
  const round = await time.passDuring(runRound({ ...task, signal: controller.signal }));
  ended.abort();
  return life.end === 'crashed' && controller.signal.aborted ? null : round;
}

/** What each life marks when it begins: the slots that the one before it left. */
async function markAbsences({ paths, lives }: Running, options: SimulatedRounds): Promise<void> {
  const { store, measurement, log } = options;
  const marking: Promise<unknown>[] = [];
  const attendance = createAttendance({
    clock: { now: () => Infinity, sinceBootMs: () => 0 }, // no clock of this history is ever set
    store,
    pending: () => false,
    submit: (missing) => void marking.push(store.rounds.putMissing(missing)),
    log,
  });
  const { everyMs, spreadMs } = measurement;
  const timetable = { everyMs, startWithinMs: spreadMs };
  for (const [index, life] of lives.entries()) {
    const before = lives[index - 1];
    await attendance.catchUp(paths, timetable, before ? runOf(before) : null, life.from);
    await Promise.all(marking.splice(0));
  }
  await store.paths.seen(
    paths.map(({ id }) => id),
    options.history.period.to,
  );
}

const runOf = ({ from, to, end }: Life): RunRecord => ({
  id: 0,
  version: '',
  startedAt: from,
  lastSeenAt: to,
  stoppedAt: end === 'stopped' ? to : null,
});
