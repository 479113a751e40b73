/** How long to wait before a child is started again. */
export interface Backoff {
  /** Milliseconds, given how long the last one lived. */
  next(livedMs: number): number;
}

const firstMs = 100;
const longestMs = 30_000;
/** A child that lived this long was well; its end starts the count anew. */
const wellAfterMs = 60_000;

/** Doubles from one early end to the next. */
export function backoff(): Backoff {
  let nextMs = firstMs;
  return {
    next(livedMs) {
      if (livedMs >= wellAfterMs) nextMs = firstMs;
      const delayMs = nextMs;
      nextMs = Math.min(longestMs, nextMs * 2);
      return delayMs;
    },
  };
}
