import type { Log } from '../engine/ports.js';
import type { ServedTime } from '../engine/served-time.js';

/**
 * The order in which a daemon ends. A phase begins when the one before has ended, or its time is up; the parties of a
 * phase end side by side, each with a limit of its own. Whoever hangs is left behind, and said to be: the process ends
 * all the same, within 5 s. What was measured comes first, so that no other party can cost a round. The limits are of
 * the time that this process has: on a machine that leaves it none, nobody is late.
 */
export const stopOrder = {
  /** Rounds in flight are stored as aborted, the watch's outages and times too, and when this daemon stopped. */
  engine: { phase: 1, limitMs: 2_500 },
  /** Agents and hubs: a NATS server that hangs answers no goodbye. */
  mesh: { phase: 2, limitMs: 1_000 },
  /** Requests that are being answered. */
  http: { phase: 2, limitMs: 1_000 },
  /** Webhooks and mails that are being delivered; they stay in the outbox. */
  outbox: { phase: 2, limitMs: 1_000 },
  /** Closing of months. */
  months: { phase: 2, limitMs: 1_000 },
  /** What looks at something every minute: bands, disk, clock, fault reports, the entered book. */
  lookouts: { phase: 2, limitMs: 1_000 },
  suggester: { phase: 2, limitMs: 1_000 },
  /** The threads that judge, render reports, and make and verify evidence packs. */
  workers: { phase: 2, limitMs: 1_000 },
  notifier: { phase: 2, limitMs: 1_000 },
  /** The process that pings, where there is one. */
  driver: { phase: 2, limitMs: 1_000 },
  /** Everybody above may still write to it. */
  store: { phase: 3, limitMs: 1_000 },
} as const;

export type Party = keyof typeof stopOrder;

export interface Stopping {
  /** From now on there is something to end. A party may have several ends. */
  add(party: Party, end: () => Promise<void>): void;
  /** Ends everything that was added; resolves to who was left behind. Never rejects. */
  stop(): Promise<Party[]>;
}

interface StoppingOptions {
  readonly log: Log;
  readonly served: ServedTime;
}

export function createStopping({ log, served }: StoppingOptions): Stopping {
  const ends: { readonly party: Party; readonly end: () => Promise<void> }[] = [];

  const endInTime = async ({ party, end }: (typeof ends)[number]): Promise<Party | null> => {
    const { limitMs } = stopOrder[party];
    const ended = new AbortController();
    const isLate = served.sleep(limitMs, ended.signal).then(() => !ended.signal.aborted);
    const work = Promise.resolve()
      .then(end)
      .catch((error: unknown) => {
        log.error({ err: error, party }, 'could not be ended in order');
      })
      .then(() => false);
    const late = await Promise.race([work, isLate]);
    ended.abort();
    if (!late) return null;
    log.warn({ party, limitMs }, 'did not end in time and is left behind');
    return party;
  };

  return {
    add: (party, end) => {
      ends.push({ party, end });
    },
    stop: async () => {
      const left: Party[] = [];
      for (const phase of [...new Set(Object.values(stopOrder).map((one) => one.phase))].sort()) {
        const now = ends.filter(({ party }) => stopOrder[party].phase === phase);
        const late = await Promise.all(now.map(endInTime));
        left.push(...late.filter((party) => party !== null));
      }
      return left;
    },
  };
}
