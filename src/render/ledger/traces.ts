import { BlockList, isIP } from 'node:net';
import { lastHop, type PathTrace, type TraceRun } from '../../core/trace/trace.js';
import { isoInstant } from '../figures.js';
import { tableLines } from '../table.js';

/** Whose network an address is, when the operator has said so; null: not said. */
export type NetworkOf = (address: string) => string | null;

/** By the longest prefix that an address lies in. */
export function networkNames(networks: Readonly<Record<string, string>>): NetworkOf {
  const known = Object.entries(networks)
    .map(([prefix, name]) => {
      const [address = '', bits] = prefix.split('/');
      const family = isIP(address) === 6 ? ('ipv6' as const) : ('ipv4' as const);
      const length = Number(bits ?? (family === 'ipv6' ? 128 : 32));
      const list = new BlockList();
      list.addSubnet(address, length, family);
      return { list, length, family, name };
    })
    .sort((a, b) => b.length - a.length);
  return (address) => {
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    return known.find((one) => one.family === family && one.list.check(address, family))?.name ?? null;
  };
}

/** The traces of an outage: as the path was when it broke, and as it was before, in quiet. */
export interface TracesView {
  readonly then: PathTrace | null;
  readonly before: PathTrace | null;
}

export function tracesJson({ then, before }: TracesView, networkOf: NetworkOf) {
  return { then: then && traceJson(then, networkOf), before: before && traceJson(before, networkOf) };
}

function traceJson({ observer, port, at, reason, address, runs }: PathTrace, networkOf: NetworkOf) {
  return {
    observer,
    port,
    at: isoInstant(at),
    reason,
    address,
    runs: runs.map((run) => {
      const last = lastHop(run);
      return {
        method: run.method,
        reached: run.reached,
        failure: run.failure,
        endedAt: last && { ...last, network: networkOf(last.from) },
        hops: run.hops.map(({ ttl, tries }) => ({
          ttl,
          tries: tries.map((one) => one && { ...one, network: networkOf(one.from) }),
        })),
      };
    }),
  };
}

/** The traces of one outage as text, hop by hop: before and then, side by side. */
export function tracesText(ref: string, { then, before }: TracesView, networkOf: NetworkOf): string {
  if (!then && !before) return '';
  const lines: string[] = [];
  for (const method of ['icmp', 'udp'] as const) {
    const [was, is] = [before, then].map((trace) => trace?.runs.find((run) => run.method === method));
    if (!was && !is) continue;
    const hops = Math.max(was?.hops.length ?? 0, is?.hops.length ?? 0);
    const rows = Array.from({ length: hops }, (_, index) => [
      String(index + 1),
      hopText(was, index, networkOf),
      hopText(is, index, networkOf),
    ]);
    rows.push(['', endText(was), endText(is)]);
    lines.push(
      ...tableLines(
        [{ head: method.toUpperCase() }, { head: `BEFORE ${at(before)}` }, { head: `THEN ${at(then)}` }],
        rows,
      ),
    );
  }
  return `\n${ref}\n${lines.map((line) => `  ${line}\n`).join('')}`;
}

const at = (trace: PathTrace | null): string => (trace ? isoInstant(trace.at) : '(none)');

/** Who answered at a hop and how fast, each once: `192.0.2.1 1.2 ms (Our backbone)`. */
function hopText(run: TraceRun | undefined, index: number, networkOf: NetworkOf): string {
  const hop = run?.hops[index];
  if (!hop) return '';
  const fastest = new Map<string, number>();
  for (const one of hop.tries)
    if (one !== null) fastest.set(one.from, Math.min(fastest.get(one.from) ?? Infinity, one.rttUs));
  if (fastest.size === 0) return '*';
  return [...fastest]
    .map(([from, rttUs]) => {
      const network = networkOf(from);
      return `${from} ${(rttUs / 1000).toFixed(1)} ms${network === null ? '' : ` (${network})`}`;
    })
    .join(', ');
}

function endText(run: TraceRun | undefined): string {
  if (!run) return '';
  if (run.reached) return 'reached';
  const last = lastHop(run);
  const failed = run.failure === null ? '' : ` (${run.failure})`;
  return last === null ? `nobody answered${failed}` : `ended at hop ${last.ttl}${failed}`;
}
