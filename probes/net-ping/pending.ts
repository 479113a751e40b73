import type { RoundRequest, RoundResult } from '../probe.js';
import { roundLengthMs, unsentRound } from '../shared/results.js';
import type { FromChild, ToChild } from './wire.js';

/** The rounds that the child was asked for. Each ends, whatever becomes of the child. */
export interface PendingRounds {
  ask(request: RoundRequest, signal: AbortSignal): Promise<RoundResult>;
  answered(message: Extract<FromChild, { type: 'progress' | 'result' }>): void;
  /** The child is gone: fails them all. */
  fail(reason: string): void;
}

/** What a child may take longer than the round itself; one that stood still catches up. */
const graceMs = 15_000;
/** How long an aborted round waits for what was measured. */
const abortWithinMs = 2000;

export function pendingRounds(options: {
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
