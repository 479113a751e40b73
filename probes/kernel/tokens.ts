import { randomFillSync } from 'node:crypto';

/** Random 64-bit tokens in two halves; randomness is fetched for many at a time. */
export interface Tokens {
  readonly high: number;
  readonly low: number;
  next(): void;
}

const fetched = 1024;

export function createTokens(): Tokens {
  const words = new Uint32Array(fetched * 2);
  let at = words.length;
  return {
    get high() {
      return words[at] ?? 0;
    },
    get low() {
      return words[at + 1] ?? 0;
    },
    next() {
      at += 2;
      if (at < words.length) return;
      randomFillSync(words);
      at = 0;
    },
  };
}
