import { isIP } from 'node:net';
import { z } from 'zod';
import { isPopId } from '../../core/path.js';
import type { PopId } from '../../core/types.js';
import type { Quorum } from '../../core/watch/outage.js';
import type { WatchRules } from '../../core/watch/port.js';
import {
  canonicalAddress,
  day,
  duration,
  formatDuration,
  formatNetwork,
  hour,
  isWrong,
  minute,
  name,
  readNetwork,
  scalar,
  second,
  textual,
  whole,
  wrong,
  yesOrNo,
} from '../scalars.js';
import { type PathConfig, popId } from './paths.js';

/** The continuous availability check of the ports. */
export interface WatchConfig extends WatchRules {
  /** The PoPs whose ports this agent watches; none: it watches nothing. */
  readonly ports: readonly PopId[];
  /** When all of these vanish at once it is this agent that is cut off. */
  readonly references: readonly WatchReference[];
  /** How many of the observers that see a port have to see it down. */
  readonly quorum: Quorum;
  /** How often it is written down that the agent watches. */
  readonly heartbeatMs: number;
  /** The length of an echo's ICMP message, header included. */
  readonly bytes: number;
}

export type WatchReference =
  { readonly kind: 'pop'; readonly pop: PopId } | { readonly kind: 'address'; readonly address: string };

const reference = () =>
  textual('the id of a PoP, or an IP address', (text) => {
    if (isIP(text) !== 0) return canonicalAddress(text);
    return isPopId(text) ? text : wrong('is neither a PoP id nor an address');
  });

const quorum = () =>
  scalar('majority, or a whole number from 1 to 1000', (input) => {
    if (input === 'majority') return input;
    if (typeof input !== 'number') return wrong('is not known');
    return Number.isInteger(input) && input >= 1 && input <= 1000 ? input : wrong('is out of range');
  });

/** The continuous availability check of the ports, beside the rounds. */
const watchSchema = z.strictObject({
  ports: z.array(popId()).optional(),
  every: duration(100, minute).default(500),
  threshold: duration(100, minute).default(2 * second),
  overdue: z
    .strictObject({ factor: whole(1, 100).default(4), atLeast: duration(50, minute).default(250) })
    .prefault({}),
  burst: z
    .strictObject({
      every: duration(100, 10 * second).default(200),
      length: duration(100, minute).default(2 * second),
    })
    .prefault({}),
  recovery: whole(1, 100).default(3),
  references: z.array(reference()).optional(),
  quorum: quorum().default('majority'),
  heartbeat: duration(second, 30 * second).default(10 * second),
  bytes: whole(16, 1400).default(64),
});

/** Where nothing is said, the ports are those the paths lead to, and are each other's references. */
function buildWatch(
  raw: z.output<typeof watchSchema>,
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

/** As a file says it. */
function plainWatch(watch: WatchConfig): object {
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

/** The continuous availability check of the ports. */
export const watchSection = { schema: watchSchema, build: buildWatch, show: plainWatch };

/** Traces of paths when something is wrong, and once a day when nothing is. */
export interface TraceConfig {
  readonly enabled: boolean;
  /** How long a port has to have been up and undisturbed for a trace to compare with. */
  readonly quietAfterMs: number;
}

/** Traces of paths, when something is wrong and once a day when nothing is. */
const traceSchema = z.strictObject({
  enabled: yesOrNo().default(true),
  quietAfter: duration(second, day).default(hour),
});

/** Traces of paths. */
export const traceSection = {
  schema: traceSchema,
  build: ({ enabled, quietAfter }: z.output<typeof traceSchema>): TraceConfig => ({
    enabled,
    quietAfterMs: quietAfter,
  }),
  show: ({ enabled, quietAfterMs }: TraceConfig): object => ({
    enabled,
    quietAfter: formatDuration(quietAfterMs),
  }),
};

const allowed = 'a network such as 10.1.0.0/16 or 2001:db8::/32, or an address';

/** Whose a network is, for people who read a trace; each prefix in the one way to write it. */
export const networksSchema = z.record(z.string(), name(100)).transform((given, context) => {
  const names: Record<string, string> = {};
  for (const [prefix, whose] of Object.entries(given)) {
    const network = readNetwork(prefix);
    if (isWrong(network))
      context.issues.push({
        code: 'custom',
        message: network.wrong,
        params: { allowed },
        input: prefix,
        path: [prefix],
      });
    else names[formatNetwork(network)] = whose;
  }
  return names;
});
