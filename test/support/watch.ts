import type { WatchConfig } from '../../src/config/config.js';

/** The default watch of these ports, which are each other's references when there are two or more. */
export function watchOf(ports: readonly string[], over: Partial<WatchConfig> = {}): WatchConfig {
  return {
    ports,
    references: ports.length < 2 ? [] : ports.map((pop) => ({ kind: 'pop', pop })),
    everyMs: 500,
    thresholdMs: 2_000,
    overdueFactor: 4,
    overdueAtLeastMs: 250,
    burstEveryMs: 200,
    burstLengthMs: 2_000,
    recovery: 3,
    quorum: 'majority',
    heartbeatMs: 10_000,
    bytes: 64,
    ...over,
  };
}
