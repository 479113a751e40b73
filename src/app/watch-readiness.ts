import type { Config } from '../config/config.js';
import type { EngineEvents } from '../engine/ports.js';
import { silenceMs } from '../engine/watch/watch.js';

export interface WatchReadiness {
  readonly events: Partial<EngineEvents>;
  /** Why the ports are not watched at the monotonic instant `nowMs`; null: they are, or nobody asked for it. */
  fault(nowMs: number, config: Pick<Config, 'watch'>): string | null;
}

/** Beats may come late on a busy machine; a watch that missed this many is not at work. */
const beatsMissed = 3;
const graceMs = 10_000;

/** Follows the watch of the ports: does it still get to run, and does its driver still answer it? */
export function followWatch(options: {
  readonly monotonicMs: () => number;
  /** Whether the driver can send single echoes at all: who chose one that can't was told so at the start. */
  readonly canWatch: boolean;
}): WatchReadiness {
  const { monotonicMs, canWatch } = options;
  let lastBeatMs = monotonicMs();
  let silent = 0;
  let ended: string | null = null;
  return {
    events: {
      watchBeat: (silentMs) => {
        lastBeatMs = monotonicMs();
        silent = silentMs;
        ended = null;
      },
      watchEnded: (why) => {
        ended = why;
      },
      // Ports that a new configuration names are not watched from its first instant on.
      configLoaded: () => {
        lastBeatMs = monotonicMs();
      },
    },
    fault: (nowMs, { watch }) => {
      if (!canWatch || watch.ports.length === 0) return null;
      if (ended !== null) return `the watch of the ports has ended: ${ended}; a restart brings it back`;
      const sinceMs = nowMs - lastBeatMs;
      if (sinceMs > beatsMissed * watch.heartbeatMs + graceMs)
        return `the watch of the ports has not run for ${Math.floor(sinceMs / 1000)} s`;
      if (silent > watch.thresholdMs + silenceMs)
        return `the driver has answered no echo of the watch for ${Math.floor(silent / 1000)} s`;
      return null;
    },
  };
}
