/** RTTs in nanoseconds in the order of sending, as many as were sent; null: no reply in time. */
export type FpingRtts = readonly (number | null)[];

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
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  const values = (value as { vSum?: { values?: unknown } } | null)?.vSum?.values;
  if (!Array.isArray(values)) return null;
  return values.every((rtt) => rtt === null || (typeof rtt === 'number' && rtt >= 0))
    ? values.map((rtt: number | null) => (rtt === null ? null : nanoseconds(rtt)))
    : null;
}

const textLine = /^\S+\s+:((?: (?:-|\d+(?:\.\d+)?(?:e[+-]?\d+)?))+)\s*$/;

function parseTextLine(line: string): FpingRtts | null {
  const fields = textLine.exec(line)?.[1]?.trim().split(' ');
  return fields?.map((field) => (field === '-' ? null : nanoseconds(Number(field)))) ?? null;
}

/** fping prints milliseconds with three digits in all: so the RTT is no finer than that. */
const nanoseconds = (ms: number): number => Math.round(ms * 1e6);
