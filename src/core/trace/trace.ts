import type { EpochMs, PopId } from '../types.js';

/** What a trace sends: echo requests, or UDP datagrams to a port that nobody listens on. */
export const traceMethods = ['icmp', 'udp'] as const;
export type TraceMethod = (typeof traceMethods)[number];

export const traceReasons = [
  'outage', // an outage of the port was opened
  'severe', // a round to it was as bad as the worst band
  'quiet', // for comparison, in an hour in which nothing was wrong
] as const;
export type TraceReason = (typeof traceReasons)[number];

/** Who answered one try of one hop. */
export interface TraceAnswer {
  readonly from: string;
  readonly rttUs: number;
  /** Of the ICMP message: "time exceeded" of a router, an echo reply or "port unreachable" of the destination. */
  readonly type: number;
  readonly code: number;
}

/** The tries with one TTL; null: nobody answered. */
interface TraceHop {
  readonly ttl: number;
  readonly tries: readonly (TraceAnswer | null)[];
}

/** One way through the network: all of its packets have the same flow, so that routers that balance send them alike. */
export interface TraceRun {
  readonly method: TraceMethod;
  /** In the order of their TTL; silent ones at the end are left out. */
  readonly hops: readonly TraceHop[];
  /** Whether the destination itself answered. */
  readonly reached: boolean;
  /** Why it could not be run, for people; null: it was. */
  readonly failure: string | null;
}

/** The path from an observer to a port as it was at one time. It explains, and decides nothing. */
export interface PathTrace {
  readonly observer: PopId;
  readonly port: PopId;
  /** When it began; observer, port and this instant name it. */
  readonly at: EpochMs;
  readonly reason: TraceReason;
  readonly address: string;
  readonly runs: readonly TraceRun[];
}

/** Where a run ended: the last hop that anybody answered from; null: nobody did. */
export function lastHop(run: TraceRun): { readonly ttl: number; readonly from: string } | null {
  const hop = run.hops.findLast(({ tries }) => tries.some((one) => one !== null));
  const answer = hop?.tries.find((one) => one !== null);
  return hop && answer ? { ttl: hop.ttl, from: answer.from } : null;
}

/** The trace of an outage (the first at or after its start), and the latest quiet one before it to compare with. */
export function tracesOfOutage<Trace extends PathTrace>(
  traces: readonly Trace[],
  outage: { readonly start: EpochMs; readonly end: EpochMs | null },
): { readonly then: Trace | null; readonly before: Trace | null } {
  const within = traces
    .filter(({ at, reason }) => reason !== 'quiet' && at >= outage.start && at <= (outage.end ?? Infinity))
    .sort((a, b) => a.at - b.at);
  const quiet = traces
    .filter(({ at, reason }) => reason === 'quiet' && at < outage.start)
    .sort((a, b) => b.at - a.at);
  return { then: within[0] ?? null, before: quiet[0] ?? null };
}
