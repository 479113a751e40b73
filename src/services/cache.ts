import type { EpochMs } from '../core/types.js';

interface CacheOptions<T> {
  readonly make: (key: string) => Promise<T>;
  /** Identifies the inputs of an answer: when it changes, the cached answer is invalid. */
  readonly basis: () => Promise<string>;
  readonly now: () => EpochMs;
  /** An answer older than this, milliseconds, is still returned while a new one is being made. */
  readonly freshMs: number;
  /** The number of cached answers; beyond it, the least recently used one is dropped. */
  readonly most: number;
}

interface Entry<T> {
  readonly basis: string;
  readonly answer: Promise<T>;
  readonly madeAt: EpochMs;
  renewing: boolean;
}

/** Caches expensive answers, each made once for concurrent requests. Failures are not cached. */
export function staleWhileRevalidate<T>({
  make,
  basis,
  now,
  freshMs,
  most,
}: CacheOptions<T>): (key: string) => Promise<T> {
  const entries = new Map<string, Entry<T>>();
  const put = (key: string, on: string, answer: Promise<T>): Promise<T> => {
    const entry: Entry<T> = { basis: on, answer, madeAt: now(), renewing: false };
    entries.set(key, entry);
    answer.catch(() => {
      if (entries.get(key) === entry) entries.delete(key);
    });
    for (const oldest of entries.keys()) {
      if (entries.size <= most) break;
      entries.delete(oldest);
    }
    return answer;
  };
  const renew = (key: string, entry: Entry<T>): void => {
    entry.renewing = true;
    const answer = make(key);
    answer
      .then(() => {
        if (entries.get(key) === entry) void put(key, entry.basis, answer);
      })
      .catch(() => {
        entry.renewing = false;
      });
  };
  return async (key) => {
    const on = await basis();
    const entry = entries.get(key);
    if (entry?.basis !== on) return put(key, on, make(key));
    // Re-inserted, so that the map is ordered by last use.
    entries.delete(key);
    entries.set(key, entry);
    if (!entry.renewing && Math.abs(now() - entry.madeAt) > freshMs) renew(key, entry);
    return entry.answer;
  };
}

/** Makes something when it is first asked for. Where that fails, the next call makes it again. */
export function memoizeAsync<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null;
  return () =>
    (made ??= make().catch((error: unknown) => {
      made = null;
      throw error;
    }));
}
