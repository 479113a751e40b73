import type { EpochMs, PopId } from '../../core/types.js';
import type { BlindReason, ObserverState } from '../../core/watch/outage.js';
import { isolatedSince, reachedAgainAt } from '../../core/watch/attribution.js';
import { atOnceMs, type PortInput, type WatchRules } from '../../core/watch/port.js';
import type { EngineEvents, Log } from '../ports.js';
import type { Journal } from './journal.js';
import type { Passed, Target } from './targets.js';

interface ObserverHealthOptions {
  readonly observer: () => PopId;
  readonly rules: () => WatchRules;
  readonly targets: () => readonly Target[];
  readonly feed: (target: Target, input: PortInput) => void;
  readonly journal: Journal;
  readonly events: Pick<EngineEvents, 'isolated' | 'unobserved'>;
  readonly log: Log;
}

/** Tracks whether the observer itself is able to watch: its heartbeats, its gaps and its isolation. */
interface ObserverHealth {
  /** The observer watches from this instant on. */
  open(at: EpochMs): void;
  /** The observer has watched until this instant. */
  beat(at: EpochMs): void;
  /** The observer missed this stretch. */
  skip(passed: Passed): void;
  /** Checks whether all references are silent. */
  check(at: EpochMs): void;
  /** A reference answered an echo sent at `sentAt`. */
  reached(sentAt: EpochMs): void;
  close(at: EpochMs): void;
}

export function createObserverHealth(options: ObserverHealthOptions): ObserverHealth {
  const { observer, rules, targets, feed, journal, events, log } = options;
  let spanFrom: EpochMs | null = null;
  let isolation: { from: EpochMs; answers: EpochMs[] } | null = null;

  const feedAll = (input: PortInput): void => {
    for (const target of targets()) feed(target, input);
  };
  const state = (now: ObserverState, at: EpochMs, reason: BlindReason | null = null): void => {
    journal.state({ observer: observer(), port: null, at, state: now, reason });
  };
  const blind = (from: EpochMs, to: EpochMs | null, reason: BlindReason): void => {
    journal.blind({ observer: observer(), port: null, from, to, reason });
  };
  const beat = (at: EpochMs): void => {
    if (spanFrom !== null && !isolation && at >= spanFrom)
      journal.span({ observer: observer(), from: spanFrom, to: at });
  };

  const isolate = (since: EpochMs, at: EpochMs): void => {
    beat(at);
    isolation = { from: since, answers: [] };
    feedAll({ kind: 'void', since, at, reason: 'isolated' });
    feedAll({ kind: 'blinded', from: since, reason: 'isolated' });
    blind(since, null, 'isolated');
    state('isolated', since, 'isolated');
    journal.flush();
    events.isolated(true, since);
    log.error({ since: iso(since) }, 'all references vanished at once: this observer is cut off');
  };

  const reunite = (from: EpochMs, at: EpochMs): void => {
    isolation = null;
    feedAll({ kind: 'observed-again', at });
    blind(from, at, 'isolated');
    state('watching', at);
    spanFrom = at;
    journal.flush();
    events.isolated(false, at);
    events.unobserved(null, at - from, 'isolated');
    log.warn({ ms: at - from }, 'the references answer again');
  };

  /** The clock was set back: instants after the new one can't be told apart from those stored before. */
  const skipBack = ({ from, to }: Passed): void => {
    feedAll({ kind: 'cut', at: from });
    if (!isolation) return;
    blind(isolation.from, from, 'isolated');
    isolation = { from: to, answers: [] };
    blind(to, null, 'isolated');
    feedAll({ kind: 'blinded', from: to, reason: 'isolated' });
  };

  return {
    open: (at) => {
      spanFrom = at;
      state('watching', at);
      feedAll({ kind: 'observed-again', at });
    },
    beat,
    skip: (passed) => {
      if (spanFrom === null) return;
      const { from, to, reason } = passed;
      const [first, last] = to < from ? [to, from] : [from, to];
      beat(from);
      blind(first, last, reason);
      state('unobserved', from, reason);
      state('watching', to);
      if (to < from) skipBack(passed);
      else if (!isolation) {
        feedAll({ kind: 'blinded', from, reason });
        feedAll({ kind: 'observed-again', at: to });
      }
      spanFrom = to;
      journal.flush();
      events.unobserved(null, last - first, reason);
      log.warn({ ms: last - first, reason }, 'some time was not observed');
    },
    check: (at) => {
      if (isolation) return;
      const references = targets().filter((target) => target.reference);
      if (references.some((target) => target.watch.standing !== 'down')) return;
      const since = isolatedSince(
        rules(),
        references.map((target) => target.watch),
      );
      if (since !== null) isolate(since, at);
    },
    reached: (sentAt) => {
      if (!isolation || sentAt < isolation.from) return;
      const answers = [...isolation.answers, sentAt].filter((one) => one > sentAt - 2 * atOnceMs(rules()));
      isolation.answers = answers;
      const again = reachedAgainAt(rules(), answers);
      if (again !== null) reunite(isolation.from, again);
    },
    close: (at) => {
      beat(at);
      state('stopped', at);
      spanFrom = null;
    },
  };
}

const iso = (at: EpochMs): string => new Date(at).toISOString();
