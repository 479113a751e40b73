/** Sees how late this process's event loop runs: a reply that waits to be read is stamped that much too late. */
export interface LagWatch {
  /** Watches from now on; the function that comes back stops it and gives the worst lateness in nanoseconds. */
  start(): () => number;
}

const everyMs = 20;

/** One timer for all who watch, running while there is one. */
export function lagWatch(): LagWatch {
  const watches = new Set<{ worstNs: number }>();
  let timer: NodeJS.Timeout | undefined;
  let expected = 0n;

  const note = (): void => {
    const now = process.hrtime.bigint();
    const lateNs = Number(now - expected);
    for (const watch of watches) watch.worstNs = Math.max(watch.worstNs, lateNs);
    expected = now + BigInt(everyMs * 1e6);
  };

  return {
    start() {
      const watch = { worstNs: 0 };
      watches.add(watch);
      if (!timer) {
        expected = process.hrtime.bigint() + BigInt(everyMs * 1e6);
        timer = setInterval(note, everyMs);
      }
      return () => {
        watches.delete(watch);
        if (watches.size === 0) {
          clearInterval(timer);
          timer = undefined;
        }
        // The timer may itself still wait behind the standstill that made it late.
        return Math.max(watch.worstNs, Number(process.hrtime.bigint() - expected));
      };
    },
  };
}
