import { isIP } from 'node:net';

/** RTTs in nanoseconds in the order of sending, as many as were sent; null: no reply in time. */
export type FpingRtts = readonly (number | null)[];

/** An ICMP error that fping tells of; it does not say of which packet. */
interface FpingIcmpError {
  readonly type: number;
  readonly code: number;
  readonly from: string;
}

/** fping's words for ICMP errors of IPv4, each with the type and the code that it stands for. */
const icmpWords: Readonly<Record<string, readonly [type: number, code: number]>> = {
  'ICMP Network Unreachable': [3, 0],
  'ICMP Host Unreachable': [3, 1],
  'ICMP Protocol Unreachable': [3, 2],
  'ICMP Port Unreachable': [3, 3],
  'ICMP Unreachable (Fragmentation Needed)': [3, 4],
  'ICMP Unreachable (Source Route Failed)': [3, 5],
  'ICMP Unreachable (Destination Network Unknown)': [3, 6],
  'ICMP Unreachable (Destination Host Unknown)': [3, 7],
  'ICMP Unreachable (Source Host Isolated)': [3, 8],
  'ICMP Unreachable (Communication with Network Prohibited)': [3, 9],
  'ICMP Unreachable (Communication with Host Prohibited)': [3, 10],
  'ICMP Unreachable (Network Unreachable For Type Of Service)': [3, 11],
  'ICMP Unreachable (Host Unreachable For Type Of Service)': [3, 12],
  'ICMP Unreachable (Communication Administratively Prohibited)': [3, 13],
  'ICMP Unreachable (Host Precedence Violation)': [3, 14],
  'ICMP Unreachable (Precedence cutoff in effect)': [3, 15],
  'ICMP Source Quench': [4, 0],
  // It does not tell the code of these.
  'ICMP Redirect': [5, 1],
  'ICMP Time Exceeded': [11, 0],
  'ICMP Parameter Problem': [12, 0],
};

/**
 * Reads what `fping -C` says of its one target: text (`ADDRESS : 0.05 - 0.04`, on standard error) or, from 5.5 on, JSON
 * (`{"vSum": {"host": …, "values": [0.05, null]}}`, on standard output). Null when no line of it is one of these.
 */
export function parseFping(output: string): FpingRtts | null {
  for (const line of output.split('\n')) {
    const rtts = line.trimStart().startsWith('{') ? parseJsonLine(line) : parseTextLine(line);
    if (rtts) return rtts;
  }
  return null;
}

function parseJsonLine(line: string): FpingRtts | null {
  const values = (jsonOf(line) as { vSum?: { values?: unknown } } | null)?.vSum?.values;
  if (!Array.isArray(values)) return null;
  return values.every((rtt) => rtt === null || (typeof rtt === 'number' && rtt >= 0))
    ? values.map((rtt: number | null) => (rtt === null ? null : nanoseconds(rtt)))
    : null;
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

const textLine = /^\S+\s+:((?: (?:-|\d+(?:\.\d+)?(?:e[+-]?\d+)?))+)\s*$/;

function parseTextLine(line: string): FpingRtts | null {
  const fields = textLine.exec(line)?.[1]?.trim().split(' ');
  return fields?.map((field) => (field === '-' ? null : nanoseconds(Number(field)))) ?? null;
}

/** fping prints milliseconds with three digits in all: so the RTT is no finer than that. */
const nanoseconds = (ms: number): number => Math.round(ms * 1e6);

/** The ICMP errors on standard error, in the order in which they came. Words that are not known are type 3, code 255. */
export function parseIcmpErrors(stderr: string): FpingIcmpError[] {
  return stderr.split('\n').flatMap((line) => {
    const match = /^(ICMP .+) from (\S+) for ICMP Echo sent to /.exec(line);
    const [words = '', from = ''] = match?.slice(1) ?? [];
    if (isIP(from) === 0) return [];
    const [type, code] = (Object.hasOwn(icmpWords, words) ? icmpWords[words] : undefined) ?? [3, 255];
    return { type, code, from };
  });
}

/**
 * The places of the packets that fping says something of while it runs: an answer, or that it was waited for. One that
 * the system did not take has no line. Null where the output does not tell: JSON without a line of one that was waited
 * for may be a format that has none.
 */
export function parseTried(stdout: string, json: boolean): ReadonlySet<number> | null {
  const lines = stdout.split('\n');
  if (!json) return new Set(lines.flatMap((line) => packetLine.exec(line)?.[1] ?? []).map(Number));
  const packets = lines.map((line) => jsonOf(line) as JsonPacket | null);
  if (!packets.some((packet) => typeof packet?.timeout?.seq === 'number')) return null;
  const places = packets.map((packet) => (packet?.resp ?? packet?.timeout)?.seq);
  return new Set(places.filter((seq) => typeof seq === 'number'));
}

const packetLine = /^\S+\s+: \[(\d+)\], /;

interface JsonPacket {
  readonly resp?: { readonly seq?: unknown };
  readonly timeout?: { readonly seq?: unknown };
}
