import { spawn } from 'node:child_process';
import { lost, type PacketOutcome, type SizeSample } from '../../src/core/measurement/round.js';
import {
  type DriverOptions,
  type ProbeDriver,
  ProbeUnavailableError,
  type RoundRequest,
  type RoundResult,
  type SizeRequest,
} from '../probe.js';
import { icmpHeaderBytes } from '../shared/echo.js';
import { wholeMicroseconds } from '../shared/packet-record.js';
import { failedRound, requestFault, unsentRound } from '../shared/results.js';
import { roundsInFlight } from '../shared/rounds-in-flight.js';

/** fping prints JSON from 5.5 on; before, `-J` is an option that it does not know. */
const jsonSince = [5, 5] as const;

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

/** RTTs in nanoseconds in the order of sending, as many as were sent; null: no reply in time. */
type FpingRtts = readonly (number | null)[];

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

const aborted: PacketOutcome = { kind: 'not-sent', reason: 'aborted' };
const inFlight: PacketOutcome = { kind: 'not-sent', reason: 'in-flight' };

/**
 * One size's packets from fping's figures. It says neither which packets it could not send, nor of ICMP errors,
 * duplicates and forgeries: those are lost here, or counted nowhere. Of a round that was broken off, packets that had
 * not been waited for are not lost.
 */
export function joinSize(
  request: Pick<RoundRequest, 'count' | 'intervalMs' | 'lostAfterMs' | 'lateWaitMs'>,
  size: SizeRequest,
  rtts: FpingRtts,
  brokenOff: boolean,
): SizeSample {
  const { count, intervalMs, lostAfterMs, lateWaitMs } = request;
  const undecided = brokenOff ? rtts.length - Math.ceil(lostAfterMs / intervalMs) : Infinity;
  const outcome = (rttNs: number | null | undefined, index: number): PacketOutcome => {
    if (rttNs === undefined) return aborted;
    if (rttNs === null || rttNs > (lostAfterMs + lateWaitMs) * 1e6)
      return index >= undecided ? inFlight : lost;
    return { kind: rttNs <= lostAfterMs * 1e6 ? 'received' : 'late', rttUs: wholeMicroseconds(rttNs) };
  };
  const packets = Array.from({ length: count }, (_, index) => outcome(rtts[index], index));
  return { bytes: size.bytes, packets, duplicates: 0, mismatched: 0 };
}

export interface FpingOptions extends DriverOptions {
  /** The program's path or name. */
  readonly program?: string;
}

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
    signal: AbortSignal,
  ): Promise<SizeSample> => {
    // Asked again after each wait: it may have been aborted meanwhile.
    const isOver = (): boolean => signal.aborted;
    await pause((stream * request.intervalMs) / request.sizes.length, signal);
    if (isOver()) return joinSize(request, size, [], true);
    const run = await runFping(program, fpingArgs(request, size, json), signal);
    const rtts = parseFping(json ? run.stdout : run.stderr);
    if (rtts) return joinSize(request, size, rtts, isOver());
    if (isOver()) return joinSize(request, size, [], true);
    throw new Error(`fping: ${complaint(run)}`);
  };

  const play = async (request: RoundRequest, signal: AbortSignal): Promise<RoundResult> => {
    const total = request.sizes.length * request.count;
    const done: SizeSample[] = [];
    const sizes = await Promise.all(
      request.sizes.map(async (size, stream) => {
        const sample = await measureSize(request, size, stream, signal);
        done.push(sample);
        const packets = done.flatMap((one) => one.packets);
        const received = packets.filter(({ kind }) => kind === 'received').length;
        // It says nothing before its end: each size is told when it is done.
        request.onProgress?.({ sent: packets.length, received, total });
        return sample;
      }),
    );
    return {
      ended: signal.aborted ? 'aborted' : 'completed',
      reason: signal.aborted ? String(signal.reason) : null,
      sizes,
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
