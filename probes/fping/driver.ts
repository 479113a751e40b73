import type { SizeSample } from '../../src/core/measurement/round.js';
import {
  ProbeUnavailable,
  type DriverOptions,
  type ProbeDriver,
  type RoundRequest,
  type RoundResult,
  type SizeRequest,
} from '../probe.js';
import { failedRound, requestFault, unsentRound } from '../shared/results.js';
import { roundsInFlight } from '../shared/rounds-in-flight.js';
import { fpingArgs, fpingVersion, printsJson } from './args.js';
import { joinSize } from './join.js';
import { parseFping } from './parse.js';
import { runFping, type FpingRun } from './spawn.js';

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
  if (!version) throw new ProbeUnavailable(asked.failure ?? `"${program}" is no fping`, install, false);
  const once = ['-q', '-C', '1', '-r', '0', '127.0.0.1'];
  const tried = await runFping(program, once, never);
  if (!parseFping(tried.stderr)) throw new ProbeUnavailable(`fping: ${complaint(tried)}`, permit, true);
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
