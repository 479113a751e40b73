import type { EpochMs } from '../core/types.js';

interface CacheOptions<T> {
  readonly make: (key: string) => Promise<T>;
  /** What an answer stands on: another one, and the answer before is of no use. */
  readonly basis: () => Promise<string>;
  readonly now: () => EpochMs;
  /** An answer older than this is made anew, while whoever asks gets the older one. */
  readonly freshMs: number;
  /** So many are kept; the one that was asked for longest ago goes. */
  readonly most: number;
}

interface Entry<T> {
  readonly basis: string;
  readonly answer: Promise<T>;
  readonly madeAt: EpochMs;
  renewing: boolean;
}

/** Answers that take long to make, each made once for all who ask. What failed is not kept. */
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
    // Those asked for last stand at the end.
    entries.delete(key);
    entries.set(key, entry);
    if (!entry.renewing && Math.abs(now() - entry.madeAt) > freshMs) renew(key, entry);
    return entry.answer;
  };
}
