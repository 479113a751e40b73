import type { DriverOptions, ProbeDriver, RoundRequest, RoundResult } from '../probe.js';
import { failedRound, requestFault, unsentRound } from '../shared/results.js';
import { pendingEchoes } from '../shared/pending-echoes.js';
import { roundsInFlight } from '../shared/rounds-in-flight.js';
import { keepChild, type Keeper } from './keeper.js';
import { pendingRounds } from './pending.js';

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
