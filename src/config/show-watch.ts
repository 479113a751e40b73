import { shortestSureMs } from '../core/watch/rules.js';
import type { WatchConfig } from './config.js';
import { formatDuration } from './scalars/duration.js';

/** As a file says it. */
export function plainWatch(watch: WatchConfig): object {
  return {
    ports: watch.ports,
    every: formatDuration(watch.everyMs),
    threshold: formatDuration(watch.thresholdMs),
    overdue: { factor: watch.overdueFactor, atLeast: formatDuration(watch.overdueAtLeastMs) },
    burst: { every: formatDuration(watch.burstEveryMs), length: formatDuration(watch.burstLengthMs) },
    recovery: watch.recovery,
    references: watch.references.map((one) => (one.kind === 'pop' ? one.pop : one.address)),
    quorum: watch.quorum,
    heartbeat: formatDuration(watch.heartbeatMs),
    bytes: watch.bytes,
  };
}

/** How late an echo may leave, and a port that is far away. */
const lateMs = 50;
const rttsMs = [20, 200];

/** The shortest outage that is sure to be seen, for people. */
export function shortestSure(watch: WatchConfig): string {
  const shown = rttsMs.map(
    (rttMs) =>
      `${formatDuration(shortestSureMs(watch, rttMs, lateMs))} at an RTT of ${formatDuration(rttMs)}`,
  );
  return `the shortest outage that is sure to be seen: ${shown.join(', ')}`;
}
