import {
  dueAt,
  newPort,
  type PortNews,
  type PortWatch,
  type WatchRules,
} from '../../../src/core/watch/port.js';
import type { Outage } from '../../../src/core/watch/outage.js';
import { step } from '../../../src/core/watch/step.js';

export const rules: WatchRules = {
  everyMs: 500,
  thresholdMs: 2000,
  overdueFactor: 4,
  overdueAtLeastMs: 250,
  burstEveryMs: 200,
  burstLengthMs: 2000,
  recovery: 3,
};

export interface World {
  readonly rules?: WatchRules;
  readonly port?: PortWatch;
  readonly fromMs?: number;
  readonly untilMs: number;
  readonly rttMs?: number;
  /** Whether the echo of this number, sent at this instant, is answered. */
  readonly answers: (sentAt: number, id: number) => boolean;
  /** Whether the observer can send at this instant. */
  readonly sends?: (at: number) => boolean;
  /** When the observer does nothing at all. */
  readonly idle?: (at: number) => boolean;
  /** How often the observer looks. */
  readonly grainMs?: number;
  /** Other inputs, at their instants. */
  readonly inputs?: readonly { readonly atMs: number; readonly input: Parameters<typeof step>[2] }[];
}

export interface Life {
  readonly port: PortWatch;
  readonly news: readonly PortNews[];
  readonly sent: readonly number[];
}

/** Lets an observer look at a port of a made-up world: echoes leave when they are due, answers come after the RTT. */
export function live(world: World): Life {
  const { rules: by = rules, fromMs = 0, untilMs, rttMs = 20, answers, grainMs = 10 } = world;
  const { sends = () => true, idle = () => false, inputs = [] } = world;
  let port = world.port ?? newPort;
  const news: PortNews[] = [];
  const sent: number[] = [];
  const coming: { at: number; input: Parameters<typeof step>[2] }[] = inputs.map(({ atMs, input }) => ({
    at: atMs,
    input,
  }));
  let id = 0;
  let lastDue = -Infinity;
  const feed = (input: Parameters<typeof step>[2]): void => {
    const next = step(by, port, input);
    ({ port } = next);
    news.push(...next.news);
  };
  for (let now = fromMs; now < untilMs; now += grainMs) {
    if (idle(now)) continue;
    for (const due of coming.filter(({ at }) => at <= now).sort((a, b) => a.at - b.at)) {
      coming.splice(coming.indexOf(due), 1);
      feed(due.input);
    }
    feed({ kind: 'tick', at: now });
    const due = dueAt(by, port, lastDue);
    if (due > now) continue;
    lastDue = due < now - grainMs ? now : due;
    id += 1;
    feed({ kind: 'sent', id, at: now });
    if (!sends(now)) {
      feed({ kind: 'unsent', id, at: now });
      continue;
    }
    sent.push(now);
    const inTime = answers(now, id) && rttMs <= by.thresholdMs;
    const at = now + (inTime ? rttMs : by.thresholdMs);
    coming.push({
      at,
      input: inTime
        ? { kind: 'answered', id, at, sentAt: now, rttMs }
        : { kind: 'unanswered', id, at, sentAt: now },
    });
  }
  return { port, news, sent };
}

/** The outages as they were told last, in the order they began. */
export function outagesOf(news: readonly PortNews[]): Outage[] {
  const told = new Map<number, Outage>();
  for (const one of news) if (one.kind === 'outage') told.set(one.outage.start.at, one.outage);
  return [...told.values()];
}

/** Down in [from, to). */
export const downFrom =
  (from: number, to: number, rttMs = 20) =>
  (sentAt: number): boolean =>
    // Half the way out and half the way back: what passes the port, or comes back through the fault, is lost.
    sentAt + rttMs <= from || sentAt >= to;
