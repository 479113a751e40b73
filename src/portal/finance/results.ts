import { randomBytes } from 'node:crypto';
import type { EpochMs } from '../../core/types.js';

interface Kept<T> {
  readonly owner: string;
  readonly at: EpochMs;
  readonly result: T;
}

const keptMs = 15 * 60_000;
const mostKept = 100;

/**
 * What became of something that was just done, for the page that the browser is sent on to: shown to whoever did it,
 * for a quarter of an hour. What was done stands in the store; only what was refused is nowhere else.
 */
export function keptResults<T>(now: () => EpochMs): {
  keep(owner: string, result: T): string;
  read(owner: string, key: string): T | null;
} {
  const kept = new Map<string, Kept<T>>();
  return {
    keep(owner, result) {
      const key = randomBytes(9).toString('base64url');
      kept.set(key, { owner, at: now(), result });
      for (const [oldest, { at }] of kept) {
        if (kept.size <= mostKept && now() - at < keptMs) break;
        kept.delete(oldest);
      }
      return key;
    },
    read(owner, key) {
      const found = kept.get(key);
      return found?.owner === owner && now() - found.at < keptMs ? found.result : null;
    },
  };
}
