import { isIP } from 'node:net';
import type { PopId } from '../core/types.js';
import type { PathConfig, WatchConfig, WatchReference } from './config.js';
import type { RawConfig } from './schema/schema.js';

/** Where nothing is said, the ports are those the paths lead to, and are each other's references. */
export function buildWatch(
  raw: RawConfig['watch'],
  { paths, self }: { readonly paths: readonly PathConfig[]; readonly self: PopId | null },
): WatchConfig {
  // What is said for a whole mesh names every PoP: an agent leaves its own out.
  const ports = (raw.ports ?? [...new Set(paths.map(({ destination }) => destination))].sort()).filter(
    (port) => port !== self,
  );
  return {
    ports,
    references: raw.references?.filter((one) => one !== self).map(buildReference) ?? eachOther(ports),
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
