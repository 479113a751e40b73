/** Ties rounds to the abort signals of their callers and to the driver's own end. */
interface RoundsInFlight {
  /** Runs `round` with a signal that aborts when `signal` does, or when the driver is closed. */
  run<T>(signal: AbortSignal, round: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** Aborts every round and resolves when all have ended. */
  close(): Promise<void>;
  readonly closed: boolean;
}

/** Why a round was aborted: the reason of the signal that `run` hands out. */
export const abortedOnRequest = 'aborted on request';
const driverClosed = 'the driver was closed';

export function roundsInFlight(): RoundsInFlight {
  const flying = new Map<AbortController, Promise<unknown>>();
  let closed = false;
  return {
    get closed() {
      return closed;
    },
    async run(signal, round) {
      const controller = new AbortController();
      const onAbort = (): void => {
        controller.abort(abortedOnRequest);
      };
      if (closed) controller.abort(driverClosed);
      else if (signal.aborted) onAbort();
      signal.addEventListener('abort', onAbort, { once: true });
      const running = round(controller.signal);
      flying.set(controller, running);
      try {
        return await running;
      } finally {
        flying.delete(controller);
        signal.removeEventListener('abort', onAbort);
      }
    },
    async close() {
      closed = true;
      for (const controller of flying.keys()) controller.abort(driverClosed);
      await Promise.allSettled(flying.values());
    },
  };
}
