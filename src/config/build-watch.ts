import { isIP } from 'node:net';
import type { PopId } from '../core/types.js';
import type { PathConfig, WatchConfig, WatchReference } from './config.js';
import type { RawConfig } from './schema/schema.js';

/** Where nothing is said, the ports are those the paths lead to, and are each other's references. */
export function buildWatch(raw: RawConfig['watch'], paths: readonly PathConfig[]): WatchConfig {
  const ports = raw.ports ?? [...new Set(paths.map(({ destination }) => destination))].sort();
  return {
    ports,
    references: raw.references?.map(buildReference) ?? eachOther(ports),
    everyMs: raw.every,
    thresholdMs: raw.threshold,
    overdueFactor: raw.overdue.factor,
    overdueAtLeastMs: raw.overdue.atLeast,
    burstEveryMs: raw.burst.every,
    burstLengthMs: raw.burst.length,
    recovery: raw.recovery,
    quorum: raw.quorum,
    heartbeatMs: raw.heartbeat,
    bytes: raw.bytes,
  };
}

const buildReference = (text: string): WatchReference =>
  isIP(text) === 0 ? { kind: 'pop', pop: text } : { kind: 'address', address: text };

/** A single port would be its own reference, and its outages never its own. */
function eachOther(ports: readonly PopId[]): WatchReference[] {
  return ports.length < 2 ? [] : ports.map((pop) => ({ kind: 'pop', pop }));
}
