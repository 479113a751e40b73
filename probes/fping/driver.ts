import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import {
  aborted,
  type IcmpErrorKind,
  inFlight,
  lost,
  type NotSentReason,
  type PacketOutcome,
  type SizeSample,
} from '../../src/core/measurement/round.js';
import {
  type DriverOptions,
  type ProbeDriver,
  ProbeUnavailableError,
  type RoundRequest,
  type RoundResult,
  type SizeRequest,
} from '../probe.js';
import { icmpHeaderBytes } from '../shared/echo.js';
import { icmpErrorKind, isAdvice } from '../shared/icmp-errors.js';
import { type IcmpTally, icmpTally, ownAddresses } from '../shared/icmp-tally.js';
import { notSentReason } from '../shared/not-sent.js';
import { wholeMicroseconds } from '../shared/packet-record.js';
import { failedRound, requestFault, unsentRound } from '../shared/results.js';
import { roundsInFlight } from '../shared/rounds-in-flight.js';
import { type FpingRtts, parseFping, parseIcmpErrors, parseTried } from './output.js';

/** fping prints JSON from 5.5 on; before, `-J` is an option that it does not know. */
const jsonSince = [5, 5] as const;

/** The arguments that make fping send one size of a round. `json`: it knows how to print JSON. */
export function fpingArgs(request: RoundRequest, size: SizeRequest, json: boolean): string[] {
  const { count, intervalMs, lostAfterMs, lateWaitMs, options = {} } = request;
  const { dscp, ttl, source, dontFragment, interface: device } = options;
  return [
    ...(json ? ['-J'] : []),
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

interface FpingRun {
  /** Null when it was ended by a signal or could not be started. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Why it could not be started; null when it was. */
  readonly failure: string | null;
}

/** After SIGINT it prints what it has; if it does not end by then, it is killed. */
const graceMs = 1000;

/** Runs fping to its end. Aborting asks it to stop and print. Never rejects. */
function runFping(program: string, args: readonly string[], signal: AbortSignal): Promise<FpingRun> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let [stdout, stderr] = ['', ''];
    let failure: string | null = null;
    let killer: NodeJS.Timeout | undefined;
    const stop = (): void => {
      child.kill('SIGINT');
      killer = setTimeout(() => child.kill('SIGKILL'), graceMs);
    };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', (error) => (failure = error.message));
    child.on('close', (code) => {
      clearTimeout(killer);
      signal.removeEventListener('abort', stop);
      resolve({ code, stdout, stderr, failure });
    });
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}

/** What fping said of one size's packets. */
interface FpingSaid {
  readonly rtts: FpingRtts;
  /** Places of packets that it says something of; null: it says so of none. */
  readonly tried: ReadonlySet<number> | null;
  /** How many of its packets met with an ICMP error, by kind, in the order in which those came. */
  readonly errors: readonly (IcmpErrorKind | 'own-host-unreachable')[];
}

/**
 * One size's packets from what fping said of them. It does not say which packet an ICMP error is of: the first that
 * have no answer get them. Nor does it say why the system did not take a packet: `refusal` tells what the system says
 * of such packets at that time. It says nothing of duplicates and forgeries. Of a round that was broken off, packets
 * that had not been waited for are not lost.
 */
export function joinSize(
  request: Pick<RoundRequest, 'count' | 'intervalMs' | 'lostAfterMs' | 'lateWaitMs'>,
  size: SizeRequest,
  { rtts, tried, errors }: FpingSaid,
  brokenOff: boolean,
  refusal: (index: number) => NotSentReason = () => 'other',
): SizeSample {
  const { count, intervalMs, lostAfterMs, lateWaitMs } = request;
  const undecided = brokenOff ? rtts.length - Math.ceil(lostAfterMs / intervalMs) : Infinity;
  const left = [...errors];
  const outcome = (rttNs: number | null | undefined, index: number): PacketOutcome => {
    if (rttNs === undefined) return aborted;
    if (rttNs !== null && rttNs <= (lostAfterMs + lateWaitMs) * 1e6)
      return { kind: rttNs <= lostAfterMs * 1e6 ? 'received' : 'late', rttUs: wholeMicroseconds(rttNs) };
    // After a break-off it has no line of those either that it still waited for.
    if (tried?.has(index) === false && index < undecided) return { kind: 'not-sent', reason: refusal(index) };
    const error = left.shift();
    if (error === 'own-host-unreachable') return { kind: 'not-sent', reason: 'host-unreachable' };
    if (error !== undefined) return { kind: 'error', error };
    return index >= undecided ? inFlight : lost;
  };
  const packets = Array.from({ length: count }, (_, index) => outcome(rtts[index], index));
  return { bytes: size.bytes, packets, duplicates: 0, mismatched: 0 };
}

const unsaid: FpingSaid = { rtts: [], tried: null, errors: [] };

/** What the system says of packets to an address, asked again and again while a round runs. */
interface RouteWatch {
  /** Why it did not take a packet at about this time after the start; null: it would have. */
  refusedAt(ms: number): NotSentReason | null;
  stop(): void;
}

const routeEveryMs = 250;

/** Connecting a UDP socket sends nothing, and fails for want of a route as sending does. */
function watchRoute(address: string, source: string | undefined): RouteWatch {
  const startMs = performance.now();
  const seen: { readonly atMs: number; readonly reason: NotSentReason | null }[] = [];
  const look = (): void => {
    const atMs = performance.now() - startMs;
    const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
    const note = (error?: NodeJS.ErrnoException | null): void => {
      seen.push({ atMs, reason: error?.code === undefined ? null : notSentReason(error.code) });
      socket.close();
    };
    socket.once('error', note);
    const connect = (): void => {
      // The discard port.
      socket.connect(9, address, note);
    };
    if (source === undefined) connect();
    else socket.bind({ address: source, port: 0 }, connect);
  };
  look();
  const timer = setInterval(look, routeEveryMs);
  return {
    refusedAt: (ms) =>
      seen.reduce<(typeof seen)[number] | null>(
        (best, one) => (best && Math.abs(best.atMs - ms) <= Math.abs(one.atMs - ms) ? best : one),
        null,
      )?.reason ?? null,
    stop: () => {
      clearInterval(timer);
    },
  };
}

export interface FpingOptions extends DriverOptions {
  /** The program's path or name. */
  readonly program?: string;
}

const isOwn = ownAddresses();
const never = new AbortController().signal;
const install = 'apt-get install fping';
const permit = 'sudo setcap cap_net_raw+ep "$(readlink -f "$(command -v fping)")"';

/**
 * Opens the kind `fping`: a process of that program per size. A second opinion on the other kinds, not the record:
 * it prints three digits, which are 1 ms steps from 100 ms on. Rejects with `ProbeUnavailable`.
 */
export async function openFping({ program = 'fping', log }: FpingOptions): Promise<ProbeDriver> {
  const asked = await runFping(program, ['--version'], never);
  const version = fpingVersion(asked.stdout + asked.stderr);
  if (!version) throw new ProbeUnavailableError(asked.failure ?? `"${program}" is no fping`, install, false);
  const once = ['-q', '-C', '1', '-r', '0', '127.0.0.1'];
  const tried = await runFping(program, once, never);
  if (!parseFping(tried.stderr)) throw new ProbeUnavailableError(`fping: ${complaint(tried)}`, permit, true);
  // Its authors may still change that format: where it is another one, the text is as good.
  const json =
    printsJson(version) && parseFping((await runFping(program, ['-J', ...once], never)).stdout) !== null;
  log.debug({ version: version.join('.'), json }, 'probing by fping');
  const rounds = roundsInFlight();

  const measureSize = async (
    request: RoundRequest,
    size: SizeRequest,
    stream: number,
    { tally, route }: { readonly tally: IcmpTally; readonly route: RouteWatch },
    signal: AbortSignal,
  ): Promise<SizeSample> => {
    // Asked again after each wait: it may have been aborted meanwhile.
    const isOver = (): boolean => signal.aborted;
    const phaseMs = (stream * request.intervalMs) / request.sizes.length;
    await pause(phaseMs, signal);
    if (isOver()) return joinSize(request, size, unsaid, true);
    const run = await runFping(program, fpingArgs(request, size, json), signal);
    const rtts = parseFping(json ? run.stdout : run.stderr);
    if (!rtts && isOver()) return joinSize(request, size, unsaid, true);
    if (!rtts) throw new Error(`fping: ${complaint(run)}`);
    const family = isIPv6(request.address) ? 6 : 4;
    const errors = parseIcmpErrors(run.stderr).flatMap((one) => {
      tally.add({ bytes: size.bytes, family, mtu: null, ...one });
      const kind = icmpErrorKind(family, one.type, one.code) ?? 'other';
      if (isAdvice(kind)) return [];
      return kind === 'host-unreachable' && isOwn(one.from) ? ('own-host-unreachable' as const) : kind;
    });
    const tried = parseTried(run.stdout, json);
    const refusal = (index: number): NotSentReason =>
      route.refusedAt(phaseMs + index * request.intervalMs) ??
      (request.options?.dontFragment === true ? 'too-big' : 'other');
    return joinSize(request, size, { rtts, tried, errors }, isOver(), refusal);
  };

  const play = async (request: RoundRequest, signal: AbortSignal): Promise<RoundResult> => {
    const total = request.sizes.length * request.count;
    const done: SizeSample[] = [];
    const tally = icmpTally();
    const route = watchRoute(request.address, request.options?.source);
    const sizes = await Promise.all(
      request.sizes.map(async (size, stream) => {
        const sample = await measureSize(request, size, stream, { tally, route }, signal);
        done.push(sample);
        const packets = done.flatMap((one) => one.packets);
        const received = packets.filter(({ kind }) => kind === 'received').length;
        // It says nothing before its end: each size is told when it is done.
        request.onProgress?.({ sent: packets.length, received, total });
        return sample;
      }),
    ).finally(() => {
      route.stop();
    });
    return {
      ended: signal.aborted ? 'aborted' : 'completed',
      reason: signal.aborted ? String(signal.reason) : null,
      sizes,
      icmpErrors: tally.counts(),
      provenance: { stamps: 'user', fallbackStamps: 0, socketDrops: null, sendLagUs: null },
    };
  };

  return {
    kind: 'fping',
    stamps: 'user',
    measure(request) {
      const fault = requestFault(request);
      if (fault !== null) return Promise.resolve(failedRound('user', fault));
      return rounds.run(request.signal, async (signal) => {
        if (signal.aborted) return unsentRound(request, 'user', String(signal.reason));
        try {
          return await play(request, signal);
        } catch (error) {
          return failedRound('user', error instanceof Error ? error.message : String(error));
        }
      });
    },
    close: () => rounds.close(),
  };
}

/** What it said, in one line. */
function complaint({ failure, stderr, code }: FpingRun): string {
  return failure ?? (stderr.trim().split('\n')[0] || `exit ${code ?? 'by a signal'} without a word`);
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    if (signal.aborted) done();
    else signal.addEventListener('abort', done, { once: true });
  });
}
