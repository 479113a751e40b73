import { setFlagsFromString } from 'node:v8';
import { loadForeign } from '../../probes/kernel/libc.js';

/** A start leaves free memory behind, spread over the C library's heaps. */
const firstMs = 3_000;
const everyMs = 600_000;

/**
 * Keeps the part of each heap that new objects are made in at its first size, a megabyte, instead of sixteen: what a
 * daemon makes lives for moments, and a small part is cleared faster than a send may be late. Not for a hub, which
 * answers people and judges many months.
 */
export function keepNewSpaceSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}

/**
 * Gives memory that is free inside the C library's heaps back to the system, soon after the start and every ten minutes,
 * until `signal` is aborted. The compilers of V8 take and free megabytes there, which the process would keep otherwise.
 * Does nothing where the C library has no `malloc_trim`, as musl has not.
 */
export async function releaseFreeMemory(
  sleep: (ms: number, signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  await sleep(firstMs, signal);
  // Bound after the start: the library that binds it takes its time to load.
  const trim = bindTrim();
  if (trim === null) return;
  while (!signal.aborted) {
    trim(0);
    await sleep(everyMs, signal);
  }
}

function bindTrim(): ((keepBytes: number) => number) | null {
  try {
    return loadForeign().load('libc.so.6').func('int malloc_trim(size_t)') as (keepBytes: number) => number;
  } catch {
    return null;
  }
}
