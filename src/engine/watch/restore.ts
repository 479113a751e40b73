import type { PopId } from '../../core/types.js';
import type { EpochMs } from '../../core/types.js';
import type { BlindReason, Outage } from '../../core/watch/outage.js';
import { newPort, type PortWatch } from '../../core/watch/port.js';
import type { ObservedOutage } from '../../core/watch/records.js';
import { burstEchoes, type WatchRules } from '../../core/watch/rules.js';
import type { WatchStore } from '../../store/watch-store.js';
import type { Journal } from './journal.js';

/** What the life before this one left. */
export interface Inheritance {
  /** What is known of each port that it watched. */
  readonly ports: ReadonlyMap<PopId, PortWatch>;
}

export interface RestoreOptions {
  readonly observer: PopId;
  readonly store: WatchStore;
  readonly journal: Journal;
  readonly rules: WatchRules;
  readonly isWatched: (port: PopId) => boolean;
  readonly now: EpochMs;
}

/**
 * Takes up where the daemon before stopped or died: the time since is nobody's, an outage that lasted goes on until
 * it is seen to have ended, and one of a port that is no longer watched ends where it was last seen.
 */
export async function restore(options: RestoreOptions): Promise<Inheritance> {
  const { observer, store, journal, rules, isWatched, now } = options;
  const [span, open, blind, states] = await Promise.all([
    store.latestSpan(observer),
    store.outages({ observer, open: true }),
    store.blind({ observer, open: true }),
    store.latestStates(observer),
  ]);
  const ports = new Map<PopId, PortWatch>();
  if (span === null) return { ports };
  const stopped = states.find(({ port }) => port === null)?.state === 'stopped';
  const reason: BlindReason = stopped ? 'stopped' : 'crashed';
  if (span.to < now) journal.blind({ observer, port: null, from: span.to, to: now, reason });
  for (const time of blind) journal.blind({ ...time, to: Math.max(time.from, now) });

  const decidedMs = burstEchoes(rules) * rules.burstEveryMs + rules.everyMs + 2 * rules.thresholdMs;
  for (const { port, state, at } of states) {
    if (port === null || state === 'unwatched') continue;
    const lasting = open.find((outage) => outage.port === port);
    // What had been answered lately may have been the last answer: a doubt was not written down.
    if (!lasting && state === 'up' && isWatched(port))
      ports.set(port, { ...newPort, lastAnsweredAt: Math.max(at, span.to - decidedMs) });
    if (!isWatched(port)) journal.state({ observer, port, at: span.to, state: 'unwatched', reason: null });
  }
  for (const outage of open) {
    const seenUntil = Math.max(span.to, outage.openedAt);
    if (isWatched(outage.port) && seenUntil <= now)
      ports.set(outage.port, stillDown(rules, own(outage), seenUntil, reason));
    else {
      const end = { at: seenUntil, earliest: seenUntil, latest: Math.max(seenUntil, now) };
      journal.outage({ ...outage, end, closedAt: now });
    }
  }
  return { ports };
}

function stillDown(rules: WatchRules, outage: Outage, from: EpochMs, reason: BlindReason): PortWatch {
  const known = from - rules.thresholdMs - rules.burstEveryMs;
  return {
    ...newPort,
    standing: 'down',
    outage,
    lastUnansweredAt: Math.max(outage.start.at, known),
    blind: { from, reason },
  };
}

const own = ({ start, end, openedAt, closedAt, inferred, voided }: ObservedOutage): Outage => ({
  start,
  end,
  openedAt,
  closedAt,
  inferred,
  voided,
});
