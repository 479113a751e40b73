import { readFile } from 'node:fs/promises';
import { setFlagsFromString } from 'node:v8';
import { loadForeign } from '../../probes/kernel/libc.js';

/** A start leaves free memory behind, spread over the C library's heaps, and program text that nobody runs again. */
const firstMs = 3_000;
/** The first rounds run code for the first time, some of it for the last time too. */
const secondMs = 60_000;
const everyMs = 600_000;
/** `MADV_DONTNEED` of <sys/mman.h>. */
const dontNeed = 4;

/**
 * Keeps the part of each heap that new objects are made in at its first size, a megabyte, instead of sixteen: what a
 * daemon makes lives for moments, and a small part is cleared faster than a send may be late. Not for a hub, which
 * answers people and judges many months.
 */
export function keepNewSpaceSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}

/**
 * Gives memory back to the system that this process only has because of its start: soon after it, a minute later, and
 * every ten minutes, until `signal` is aborted. The compilers of V8 take and free megabytes inside the C library's
 * heaps, which the process would keep otherwise; and half of the program's own file stays mapped that the start alone
 * ran or read. What of it is needed is there again at its next use, from the system's cache of files. Does nothing where
 * the C library is none that has both calls, as musl.
 */
export async function releaseFreeMemory(
  sleep: (ms: number, signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  await sleep(firstMs, signal);
  // Bound after the start: the library that binds them takes its time to load.
  const calls = bindCalls();
  if (calls === null) return;
  for (let waitMs = secondMs; !signal.aborted; waitMs = everyMs) {
    calls.trim(0);
    const smaps = await readFile('/proc/self/smaps', 'latin1').catch(() => '');
    for (const { from, bytes } of cleanMappings(smaps, process.execPath))
      calls.madvise(from, bytes, dontNeed);
    await sleep(waitMs, signal);
  }
}

interface Mapping {
  readonly from: bigint;
  readonly bytes: number;
}

/**
 * The mappings of a file that can be had again from it as they are: nothing may write to them, and nothing ever has.
 * The linker writes to some before it makes them read-only; those have pages of their own, which must stay.
 */
export function cleanMappings(smaps: string, file: string): Mapping[] {
  const found: Mapping[] = [];
  let current: Mapping | null = null;
  for (const line of smaps.split('\n')) {
    const head = /^([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \S+\s*(.*)$/.exec(line);
    if (head) {
      const [, from = '0', to = '0', rights = '', path = ''] = head;
      const bytes = Number(BigInt(`0x${to}`) - BigInt(`0x${from}`));
      const isFixed = path === file && /^r-[x-]p$/.test(rights);
      current = isFixed ? { from: BigInt(`0x${from}`), bytes } : null;
    } else if (current !== null && /^Anonymous:\s+0 kB$/.test(line)) {
      found.push(current);
      current = null;
    }
  }
  return found;
}

interface Calls {
  readonly trim: (keepBytes: number) => number;
  readonly madvise: (from: bigint, bytes: number, advice: number) => number;
}

function bindCalls(): Calls | null {
  try {
    const libc = loadForeign().load('libc.so.6');
    return {
      trim: libc.func('int malloc_trim(size_t)') as Calls['trim'],
      madvise: libc.func('int madvise(uintptr_t, size_t, int)') as Calls['madvise'],
    };
  } catch {
    return null;
  }
}
