import { missingReasons, type MissingRound, type Round, roundStatuses } from '../core/measurement/round.js';
import type { PopId } from '../core/types.js';
import { type BlindReason, blindReasons, type ObservedOutage, type PortState } from '../core/watch/outage.js';
import type { MetricMaker } from './make.js';
import { metricNames } from './names.js';
import type { PathSeries } from './paths.js';

/** The series of the watched ports. */
interface WatchSeries {
  /** The ports of the configuration: what is counted of them starts at 0, so that its first step is an increase. */
  readonly setPorts: (ports: readonly PopId[]) => void;
  portState(port: PopId, state: PortState): void;
  outageChanged(outage: ObservedOutage): void;
  isolated(isolated: boolean): void;
  unobserved(port: PopId | null, ms: number, reason: BlindReason): void;
  watchBeat(): void;
  watchEnded(): void;
}

/** A watch beats every 30 s at the least; one that has missed three beats is not at work. */
const watchSilenceMs = 100_000;

export function watchSeries(make: MetricMaker): WatchSeries {
  const open = make.gauge(metricNames.openOutages);
  const outages = make.counter(metricNames.outages);
  const ended = make.counter(metricNames.endedOutages);
  const endedSeconds = make.counter(metricNames.endedOutageTime);
  const voided = make.counter(metricNames.voidedOutages);
  const isolated = make.gauge(metricNames.isolated);
  const running = make.zeroAfter(metricNames.watchRunning, watchSilenceMs);
  const unobserved = make.counter(metricNames.unobserved);
  const states = new Map<PopId, PortState>();
  const lasting = new Map<PopId, number>();
  /** Null: it has not beaten yet, or this is a hub, which has no watch. */
  let beatAt: number | null = null;

  /** What a watch that hangs has seen says nothing about now. */
  const stateNow = (state: PortState): PortState =>
    beatAt !== null && make.monotonicMs() - beatAt > watchSilenceMs ? 'unobserved' : state;
  make.computed(metricNames.portUp, (up) => {
    for (const [port, state] of states) {
      const now = stateNow(state);
      // Neither: a gauge of 0 would be a claim that it is down.
      if (now === 'up' || now === 'down') up.set({ port }, now === 'up' ? 1 : 0);
    }
  });
  make.computed(metricNames.ports, (ports) => {
    const all = [...states.values()].map(stateNow);
    for (const state of ['up', 'down', 'unobserved'] as const)
      ports.set({ state }, all.filter((one) => one === state).length);
  });
  for (const reason of blindReasons) unobserved.inc({ port: '', reason }, 0);
  open.set(0);
  isolated.set(0);
  running.set(0);
  const startAtZero = (port: PopId): void => {
    for (const counter of [outages, ended, endedSeconds, voided]) counter.inc({ port }, 0);
    // The other reasons concern all ports at once.
    unobserved.inc({ port, reason: 'not-sent' }, 0);
  };
  return {
    setPorts: (ports) => {
      ports.forEach(startAtZero);
    },
    watchBeat: () => {
      beatAt = make.monotonicMs();
      running.set(1);
    },
    watchEnded: () => {
      running.set(0);
    },
    portState(port, state) {
      if (state === 'unwatched') {
        states.delete(port);
        return;
      }
      if (!states.has(port)) startAtZero(port);
      states.set(port, state);
    },
    outageChanged({ port, start, end, voided: isVoid, inferred }) {
      const lasts = end === null && isVoid === null;
      if (lasts && lasting.get(port) !== start.at && inferred.length === 0) outages.inc({ port });
      if (isVoid !== null) voided.inc({ port });
      else if (end !== null && lasting.has(port)) {
        ended.inc({ port });
        endedSeconds.inc({ port }, (end.at - start.at) / 1000);
      }
      if (lasts) lasting.set(port, start.at);
      else lasting.delete(port);
      open.set(lasting.size);
    },
    isolated(now) {
      isolated.set(now ? 1 : 0);
    },
    unobserved(port, ms, reason) {
      unobserved.inc({ port: port ?? '', reason }, ms / 1000);
    },
  };
}

/** What became of rounds and slots, and of rounds that the store refused. */
interface RoundSeries {
  readonly roundStored: (round: Round) => void;
  readonly roundDelayed: (round: Round) => void;
  readonly roundDropped: (round: Round) => void;
  readonly slotsMissing: (missing: readonly MissingRound[]) => void;
}

export function roundSeries(
  make: MetricMaker,
  { paths, sendLag }: { readonly paths: PathSeries; readonly sendLag: (us: number) => void },
): RoundSeries {
  const rounds = make.counter(metricNames.rounds);
  const missedSlots = make.counter(metricNames.missedSlots);
  const queue = make.gauge(metricNames.storeQueue);
  const delayed = make.counter(metricNames.storeDelayed);
  const dropped = make.counter(metricNames.storeDropped);
  for (const status of roundStatuses) if (status !== 'missing') rounds.inc({ status }, 0);
  for (const reason of missingReasons) missedSlots.inc({ reason }, 0);

  const waiting = new Set<string>();
  const key = (round: Round): string => `${round.path} ${round.slot}`;
  const noLongerWaits = (round: Round): boolean => {
    const waited = waiting.delete(key(round));
    queue.set(waiting.size);
    return waited;
  };
  return {
    roundStored: (round) => {
      if (!noLongerWaits(round)) paths.round(round);
      rounds.inc({ status: round.status });
      const { sendLagUs } = round.provenance;
      if (sendLagUs !== null) sendLag(sendLagUs);
    },
    roundDelayed: (round) => {
      if (waiting.has(key(round))) return;
      waiting.add(key(round));
      queue.set(waiting.size);
      delayed.inc();
      // What was measured is shown, stored or not.
      paths.round(round);
    },
    roundDropped: (round) => {
      noLongerWaits(round);
      dropped.inc();
    },
    slotsMissing: (missing) => {
      for (const { path, slot, reason } of missing) {
        missedSlots.inc({ reason });
        paths.missing(path, slot);
      }
    },
  };
}
