import type { DriverOptions, ProbeDriver, RoundRequest, RoundResult } from '../probe.js';
import { pendingEchoes } from '../shared/pending-echoes.js';
import { failedRound, requestFault, roundLengthMs, unsentRound } from '../shared/results.js';
import { roundsInFlight } from '../shared/rounds-in-flight.js';
import { keepChild, type Keeper } from './keeper.js';
import type { FromChild, ToChild } from './wire.js';

/** The rounds that the child was asked for. Each ends, whatever becomes of the child. */
interface PendingRounds {
  ask(request: RoundRequest, signal: AbortSignal): Promise<RoundResult>;
  answered(message: Extract<FromChild, { type: 'progress' | 'result' }>): void;
  /** The child is gone: fails them all. */
  fail(reason: string): void;
}

/** What a child may take longer than the round itself; one that stood still catches up. */
const graceMs = 15_000;
/** How long an aborted round waits for what was measured. */
const abortWithinMs = 2000;

function pendingRounds(options: {
  readonly send: (message: ToChild) => void;
  readonly failed: (reason: string) => RoundResult;
}): PendingRounds {
  interface Pending {
    readonly onProgress: RoundRequest['onProgress'];
    readonly settle: (result: RoundResult) => void;
  }
  const pending = new Map<number, Pending>();
  let lastId = 0;

  return {
    ask: (request, signal) =>
      new Promise((resolve) => {
        const id = (lastId += 1);
        const { address, sizes, count, intervalMs, lostAfterMs, lateWaitMs, onProgress } = request;
        const progress = onProgress !== undefined;
        let timer = setTimeout(
          () => {
            settle(options.failed('the net-ping process did not finish the round'));
          },
          roundLengthMs(request) + graceMs,
        );
        const onAbort = (): void => {
          options.send({ type: 'abort', id });
          clearTimeout(timer);
          timer = setTimeout(() => {
            settle(unsentRound(request, 'user', String(signal.reason)));
          }, abortWithinMs);
        };
        const settle = (result: RoundResult): void => {
          clearTimeout(timer);
          signal.removeEventListener('abort', onAbort);
          pending.delete(id);
          resolve(result.ended === 'aborted' ? { ...result, reason: String(signal.reason) } : result);
        };
        pending.set(id, { onProgress, settle });
        signal.addEventListener('abort', onAbort, { once: true });
        const round = { address, sizes, count, intervalMs, lostAfterMs, lateWaitMs, progress };
        options.send({ type: 'round', id, round });
      }),
    answered(message) {
      const round = pending.get(message.id);
      if (message.type === 'progress') round?.onProgress?.(message.progress);
      else round?.settle(message.result);
    },
    fail(reason) {
      for (const round of [...pending.values()]) round.settle(options.failed(reason));
    },
  };
}

export interface NetPingOptions extends DriverOptions {
  /** The built child; its own by default. */
  readonly entry?: URL;
  /** Between two questions whether the child still lives, milliseconds. */
  readonly heartbeatMs?: number;
}

const failed = (reason: string): RoundResult => failedRound('user', reason);

/** One socket serves every path, so nothing can be asked of one path's packets alone. */
function optionsFault({ options }: RoundRequest): string | null {
  const asked = Object.entries(options ?? {}).flatMap(([key, value]) => (value === undefined ? [] : [key]));
  return asked.length === 0 ? null : `the kind net-ping can't set ${asked.join(', ')}; the kind kernel can`;
}

/** Resolves as `promise` does, or as soon as `signal` is aborted. */
function orAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      resolve();
    };
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', onAbort);
    });
  });
}

/**
 * Opens the kind `net-ping`: the npm package of that name on raw sockets, in a child process that does nothing else.
 * Rejects with `ProbeUnavailable` when the library or the privilege is missing.
 */
export async function openNetPing(options: NetPingOptions): Promise<ProbeDriver> {
  const rounds = roundsInFlight();
  let lastEcho = 0;
  // The child's table has 32 bits for it: at 400 echoes/s they come round after four months.
  const echoes = pendingEchoes(() => (lastEcho = (lastEcho % 0xffff_fffe) + 1));
  const pending = pendingRounds({
    send: (message) => {
      keeper.send(message);
    },
    failed,
  });
  const keeper: Keeper = keepChild({
    entry: options.entry ?? new URL('./child.js', import.meta.url),
    heartbeatMs: options.heartbeatMs ?? 1000,
    log: options.log,
    onMessage: (message) => {
      if (message.type === 'echoes') echoes.told(message.results);
      else if (message.type === 'result' || message.type === 'progress') pending.answered(message);
    },
    onGone: (reason) => {
      pending.fail(`the net-ping process is gone: ${reason}`);
      echoes.giveUp();
    },
  });

  const measure = async (request: RoundRequest, signal: AbortSignal): Promise<RoundResult> => {
    try {
      if (!signal.aborted) await orAborted(keeper.ready(), signal);
    } catch (error) {
      return failed(`the net-ping process is not running: ${(error as Error).message}`);
    }
    // Aborted while it waited: no packet has left.
    return signal.aborted
      ? unsentRound(request, 'user', String(signal.reason))
      : pending.ask(request, signal);
  };

  try {
    await keeper.ready();
  } catch (error) {
    await keeper.stop();
    throw error;
  }
  return {
    kind: 'net-ping',
    stamps: 'user',
    measure(request) {
      const fault = requestFault(request) ?? optionsFault(request);
      if (fault !== null) return Promise.resolve(failed(fault));
      return rounds.run(request.signal, (signal) => measure(request, signal));
    },
    echo(requests, tell) {
      const asked = echoes.ask(requests, tell);
      keeper.ready().then(() => {
        keeper.send({ type: 'echo', requests: asked });
      }, echoes.giveUp);
    },
    async close() {
      await rounds.close();
      await keeper.stop();
      echoes.giveUp();
    },
  };
}
