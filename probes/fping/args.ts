import { icmpHeaderBytes } from '../shared/echo.js';
import type { RoundRequest, SizeRequest } from '../probe.js';

/** fping prints JSON from 5.5 on; before, `-J` is an option that it does not know. */
export const jsonSince = [5, 5] as const;

/** The arguments that make fping send one size of a round. `json`: it knows how to print JSON. */
export function fpingArgs(request: RoundRequest, size: SizeRequest, json: boolean): string[] {
  const { count, intervalMs, lostAfterMs, lateWaitMs, options = {} } = request;
  const { dscp, ttl, source, dontFragment, interface: device } = options;
  return [
    ...(json ? ['-J'] : []),
    '-q',
    ...['-C', String(count)],
    ...['-p', decimal(intervalMs)],
    // The least gap between any two packets: the default of 10 ms would override a shorter period.
    ...['-i', decimal(Math.min(10, intervalMs))],
    ...['-t', decimal(lostAfterMs + lateWaitMs)],
    ...['-b', String(size.icmpBytes - icmpHeaderBytes)],
    // No second try, and none of the growing timeouts of one.
    ...['-r', '0', '-B', '1'],
    ...(dscp === undefined ? [] : ['-O', String(dscp << 2)]),
    ...(ttl === undefined ? [] : ['-H', String(ttl)]),
    ...(source === undefined ? [] : ['-S', source]),
    ...(device === undefined ? [] : ['-I', device]),
    ...(dontFragment === true ? ['-M'] : []),
    request.address,
  ];
}

/** Milliseconds as fping reads them: at most a tenth of a microsecond matters to nobody. */
const decimal = (ms: number): string => String(Number(ms.toFixed(3)));

/** The version in what `fping --version` prints; null when it says none. */
export function fpingVersion(text: string): readonly [number, number] | null {
  const match = /Version (\d+)\.(\d+)/.exec(text);
  return match ? [Number(match[1]), Number(match[2])] : null;
}

export const printsJson = ([major, minor]: readonly [number, number]): boolean =>
  major > jsonSince[0] || (major === jsonSince[0] && minor >= jsonSince[1]);
