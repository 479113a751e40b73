import type { BlindReason } from '../core/watch/outage.js';
import type { ObservedOutage, PortState } from '../core/watch/records.js';
import type { PopId } from '../core/types.js';
import type { MetricMaker } from './make.js';
import { metricNames } from './names.js';

/** The series of the watched ports. */
export interface WatchSeries {
  portState(port: PopId, state: PortState): void;
  outageChanged(outage: ObservedOutage): void;
  isolated(isolated: boolean): void;
  unobserved(port: PopId | null, ms: number, reason: BlindReason): void;
  watchBeat(): void;
  watchEnded(): void;
}

export function watchSeries(make: MetricMaker): WatchSeries {
  const up = make.gauge(metricNames.portUp);
  const ports = make.gauge(metricNames.ports);
  const open = make.gauge(metricNames.openOutages);
  const outages = make.counter(metricNames.outages);
  const voided = make.counter(metricNames.voidedOutages);
  const isolated = make.gauge(metricNames.isolated);
  const running = make.gauge(metricNames.watchRunning);
  const unobserved = make.counter(metricNames.unobserved);
  const states = new Map<PopId, PortState>();
  const lasting = new Map<PopId, number>();

  const count = (): void => {
    for (const state of ['up', 'down', 'unobserved'] as const)
      ports.set({ state }, [...states.values()].filter((one) => one === state).length);
    open.set(lasting.size);
  };
  count();
  isolated.set(0);
  running.set(0);
  return {
    watchBeat: () => {
      running.set(1);
    },
    watchEnded: () => {
      running.set(0);
    },
    portState(port, state) {
      if (state === 'unwatched') states.delete(port);
      else states.set(port, state);
      // Neither: a gauge of 0 would be a claim that it is down.
      if (state === 'up' || state === 'down') up.set({ port }, state === 'up' ? 1 : 0);
      else up.remove({ port });
      count();
    },
    outageChanged({ port, start, end, voided: isVoid, inferred }) {
      const lasts = end === null && isVoid === null;
      if (lasts && lasting.get(port) !== start.at && inferred.length === 0) outages.inc({ port });
      if (isVoid !== null) voided.inc({ port });
      if (lasts) lasting.set(port, start.at);
      else lasting.delete(port);
      count();
    },
    isolated(now) {
      isolated.set(now ? 1 : 0);
    },
    unobserved(port, ms, reason) {
      unobserved.inc({ port: port ?? '', reason }, ms / 1000);
    },
  };
}
