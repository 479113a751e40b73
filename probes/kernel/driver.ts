import { Worker } from 'node:worker_threads';
import type { StampSource } from '../../src/core/measurement/round.js';
import type { TraceRun } from '../../src/core/trace/trace.js';
import {
  type DriverOptions,
  type ProbeDriver,
  ProbeUnavailableError,
  type RoundRequest,
  type RoundResult,
  type Shortcoming,
  type TraceRequest,
} from '../probe.js';
import { pendingEchoes } from '../shared/pending-echoes.js';
import { failedRound, requestFault, unsentRound } from '../shared/results.js';
import { abortedOnRequest, roundsInFlight } from '../shared/rounds-in-flight.js';
import { unpackSizes } from './packed.js';
import type { Families, FromWorker, WorkerRequest } from './protocol.js';
import { startThread, type Thread } from './thread.js';

const byWorth: readonly StampSource[] = ['user', 'kernel-rx', 'kernel-tx-rx'];

/** The stamps that every packet gets, of whatever family. */
function leastStamps(families: Families): StampSource {
  const taken = Object.values(families).flatMap((state) => (state.usable ? [state.stamps] : []));
  return byWorth.find((stamps) => taken.includes(stamps)) ?? 'user';
}

/** Of families that lack the same, it is said once. */
function shortcomingsOf(families: Families): Shortcoming[] {
  const all = Object.values(families).flatMap((state) => (state.usable ? (state.shortcoming ?? []) : []));
  return all.filter(({ what }, index) => all.findIndex((other) => other.what === what) === index);
}

/** Throws `ProbeUnavailable` where no family can be measured. */
function mustBeUsable(families: Families): void {
  if (families[4].usable || families[6].usable) return;
  const { reason, remedy, permission } = families[4];
  throw new ProbeUnavailableError(reason, remedy, permission);
}

export interface KernelOptions extends DriverOptions {
  /** The worker's entry, as built JavaScript. */
  readonly entry?: URL;
  /** Without a sign of life for so long the worker counts as wedged, and is replaced. */
  readonly silenceMs?: number;
}

export interface KernelDriver extends ProbeDriver {
  readonly kind: 'kernel';
  /** What the self-test found, at the latest start of the worker. */
  readonly families: Families;
}

interface Waiting {
  readonly request: RoundRequest;
  readonly resolve: (result: RoundResult) => void;
}

const defaultSilenceMs = 4000;
/** A worker that dies as soon as it starts is started again this late, and later each time. */
const firstRestartMs = 100;
const lastRestartMs = 30_000;
const traceWithinMs = 60_000;

/** Opens the kind `kernel`: stamps by the kernel, on a thread that does nothing else. */
export async function openKernel(options: KernelOptions): Promise<KernelDriver> {
  const { log, entry = new URL('./worker.js', import.meta.url), silenceMs = defaultSilenceMs } = options;
  const rounds = roundsInFlight();
  const traces = new Set<Worker>();
  const waiting = new Map<number, Waiting>();
  let families: Families | null = null;
  let restartMs = firstRestartMs;
  let restart: NodeJS.Timeout | undefined;
  let lastId = 0;
  let running = false;
  /** The thread's ledger has 32 bits for it: at 400 echoes/s they come round after four months. */
  const nextId = (): number => (lastId = (lastId % 0xffff_fffe) + 1);
  const echoes = pendingEchoes(nextId);

  const settle = (id: number, result: RoundResult): void => {
    const entryOf = waiting.get(id);
    waiting.delete(id);
    entryOf?.resolve(result);
  };
  const onMessage = (message: FromWorker): void => {
    if (message.type === 'progress') waiting.get(message.id)?.request.onProgress?.(message.progress);
    else if (message.type === 'echoes') echoes.told(message.results);
    else if (message.type === 'result') {
      const { sizes, ...rest } = message.result;
      settle(message.id, { ...rest, sizes: sizes ? unpackSizes(sizes) : [] });
    }
  };
  const onEnd = (reason: string | null): void => {
    const why = reason ?? 'the probe thread was stopped';
    running = false;
    echoes.giveUp();
    for (const id of [...waiting.keys()]) settle(id, failedRound('user', why));
    if (reason === null || rounds.closed) return;
    log.warn({ restartMs }, `${reason}; it is started again`);
    restart = setTimeout(() => (thread = start()), restartMs);
    restart.unref();
    restartMs = Math.min(2 * restartMs, lastRestartMs);
  };
  const start = (): Thread => {
    const started = startThread({ entry, silenceMs, onMessage, onEnd });
    started.ready.then(
      (found) => {
        families = found;
        running = true;
        restartMs = firstRestartMs;
        log.debug({ families }, 'the probe thread is ready');
      },
      () => undefined,
    );
    return started;
  };
  let thread = start();

  const send = (request: RoundRequest, signal: AbortSignal): Promise<RoundResult> =>
    new Promise((resolve) => {
      const id = nextId();
      waiting.set(id, { request, resolve });
      thread.send({ type: 'measure', id, request: toWorker(request) });
      const onAbort = (): void => {
        thread.send({ type: 'abort', id, reason: String(signal.reason ?? abortedOnRequest) });
      };
      if (signal.aborted) onAbort();
      else signal.addEventListener('abort', onAbort, { once: true });
    });

  try {
    families = await thread.ready;
    mustBeUsable(families);
  } catch (error) {
    clearTimeout(restart);
    await thread.stop();
    throw error instanceof ProbeUnavailableError ? error : unavailable(error);
  }
  for (const family of [4, 6] as const) {
    const state = families[family];
    if (!state.usable) log.info({ family, reason: state.reason }, `IPv${family} can't be measured here`);
    else if (state.shortcoming !== null)
      log.warn(
        { family, stamps: state.stamps, remedy: state.shortcoming.remedy },
        `IPv${family}: ${state.shortcoming.what}`,
      );
  }
  const found = families;
  return {
    kind: 'kernel',
    get families() {
      return families ?? found;
    },
    stamps: leastStamps(found),
    shortcomings: shortcomingsOf(found),
    measure: (request) => {
      const fault = requestFault(request);
      if (fault !== null) return Promise.resolve(failedRound('user', fault));
      return rounds.run(request.signal, async (signal) => {
        try {
          if (!signal.aborted) await thread.ready;
        } catch (error) {
          return failedRound('user', messageOf(error));
        }
        // A closed driver has no thread any more that would answer.
        if (!signal.aborted && !thread.alive)
          return failedRound('user', 'the probe thread ended and is being started again');
        return signal.aborted ? unsentRound(request, 'user', String(signal.reason)) : send(request, signal);
      });
    },
    echo(requests, tell) {
      const asked = echoes.ask(requests, tell);
      if (running) thread.send({ type: 'echo', requests: asked });
      else setImmediate(echoes.giveUp);
    },
    trace: (request) => traceInWorker(request, traces),
    async close() {
      for (const worker of traces) await worker.terminate();
      clearTimeout(restart);
      await rounds.close();
      await thread.stop();
    },
  };
}

/** A trace has a thread of its own: it waits for routers, and must not make a round late. */
function traceInWorker(request: TraceRequest, running: Set<Worker>): Promise<readonly TraceRun[]> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./trace-worker.js', import.meta.url), { workerData: request });
    running.add(worker);
    const limit = setTimeout(() => {
      reject(new Error('the trace was not done in a minute'));
      void worker.terminate();
    }, traceWithinMs);
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => {
      clearTimeout(limit);
      running.delete(worker);
      reject(new Error('the trace was ended'));
    });
  });
}

/** What of a request can go to another thread. */
function toWorker(request: RoundRequest): WorkerRequest {
  const { address, sizes, count, intervalMs, lostAfterMs, lateWaitMs, options } = request;
  const watched = request.onProgress !== undefined;
  return {
    address,
    sizes,
    count,
    intervalMs,
    lostAfterMs,
    lateWaitMs,
    watched,
    ...(options && { options }),
  };
}

const unavailable = (error: unknown): ProbeUnavailableError =>
  new ProbeUnavailableError(
    messageOf(error),
    'choose the probe kind "net-ping": it needs no calls into the C library',
    false,
  );

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
