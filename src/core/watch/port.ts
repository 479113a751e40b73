import type { EpochMs } from '../types.js';
import { type Blind, type BlindReason, needed, type Outage, type PortState, type Quorum } from './outage.js';

/** How a port is watched; each figure is a field of the configuration. Milliseconds. */
export interface WatchRules {
  /** Between two echoes to a port that answers. */
  readonly everyMs: number;
  /** A reply after this is none; one at exactly this counts. */
  readonly thresholdMs: number;
  /** An echo is overdue after so many times the port's usual RTT … */
  readonly overdueFactor: number;
  /** … and not before this. */
  readonly overdueAtLeastMs: number;
  /** Between two echoes to a port that is in doubt or down. */
  readonly burstEveryMs: number;
  /** How long the burst is that decides a doubt. */
  readonly burstLengthMs: number;
  /** So many echoes answered in a row make a port up again. */
  readonly recovery: number;
}

/** How many echoes a burst has. */
export function burstEchoes(rules: WatchRules): number {
  return Math.max(1, Math.ceil(rules.burstLengthMs / rules.burstEveryMs));
}

/** How long an echo may be unanswered before the port is in doubt, by its usual RTT (null: not known yet). */
export function overdueMs(rules: WatchRules, usualRttMs: number | null): number {
  const usual = Math.ceil(rules.overdueFactor * (usualRttMs ?? 0));
  return Math.min(rules.thresholdMs, Math.max(rules.overdueAtLeastMs, usual));
}

/**
 * An outage at least this long is sure to be seen, when nothing else is wrong: it begins just behind an echo, lasts
 * until the next one is overdue, and swallows the whole burst on its way out or back. `lateMs` is how late an echo
 * may be sent.
 */
export function shortestSureMs(rules: WatchRules, usualRttMs: number, lateMs: number): number {
  const burstMs = (burstEchoes(rules) - 1) * rules.burstEveryMs;
  return rules.everyMs + overdueMs(rules, usualRttMs) + burstMs + Math.ceil(usualRttMs) + 2 * lateMs;
}

/** The span in which references have to vanish to have vanished at once. */
export function atOnceMs(rules: WatchRules): number {
  return rules.everyMs + rules.thresholdMs;
}

/** An echo of which something may still be learned. */
export interface Echo {
  readonly id: number;
  readonly sentAt: EpochMs;
  /** Null: it is waited for. */
  readonly answered: boolean | null;
}

/** What an observer knows of one port. Its life is a fold of `step` over inputs. */
export interface PortWatch {
  readonly standing: 'unknown' | 'up' | 'down';
  /** In the order of sending: those after the latest answered one, or while down, those since the latest unanswered. */
  readonly echoes: readonly Echo[];
  /** The port is in doubt: how many of `echoes` were sent before the burst that decides it. Null: no doubt. */
  readonly burstAt: number | null;
  /** Sending times. */
  readonly lastAnsweredAt: EpochMs | null;
  readonly lastUnansweredAt: EpochMs | null;
  /** A moving mean. */
  readonly usualRttMs: number | null;
  /** The one that lasts. */
  readonly outage: Outage | null;
  /** Since when, and why, nothing can be said. */
  readonly blind: { readonly from: EpochMs; readonly reason: BlindReason } | null;
  /** While down: blind time since the port was last known to be down, and the echoes unanswered in a row after it. */
  readonly gaps: readonly Blind[];
  readonly silentInARow: number;
}

export const newPort: PortWatch = {
  standing: 'unknown',
  echoes: [],
  burstAt: null,
  lastAnsweredAt: null,
  lastUnansweredAt: null,
  usualRttMs: null,
  outage: null,
  blind: null,
  gaps: [],
  silentInARow: 0,
};

/** What happens to the watch of a port. Instants never go back; only `cut` bears that the clock did. */
export type PortInput =
  /** An echo is on its way. */
  | { readonly kind: 'sent'; readonly id: number; readonly at: EpochMs }
  /** Its reply came within the threshold. `sentAt`: when it really left. */
  | {
      readonly kind: 'answered';
      readonly id: number;
      readonly at: EpochMs;
      readonly sentAt: EpochMs;
      readonly rttMs: number;
    }
  /** The threshold passed without one. */
  | { readonly kind: 'unanswered'; readonly id: number; readonly at: EpochMs; readonly sentAt: EpochMs }
  /** The observer could not send it. */
  | { readonly kind: 'unsent'; readonly id: number; readonly at: EpochMs }
  /** Time passed. */
  | { readonly kind: 'tick'; readonly at: EpochMs }
  /** From `from` on nothing can be said, until `sighted`. */
  | { readonly kind: 'blinded'; readonly from: EpochMs; readonly reason: BlindReason }
  | { readonly kind: 'sighted'; readonly at: EpochMs }
  /** What was opened since `since` says nothing of the port. */
  | {
      readonly kind: 'void';
      readonly since: EpochMs;
      readonly at: EpochMs;
      readonly reason: BlindReason;
    }
  /** The watch of this port ends, or begins anew on another clock. */
  | { readonly kind: 'cut'; readonly at: EpochMs };

/** What is to be written down. An outage is told whole, each time something of it changes. */
export type PortNews =
  | { readonly kind: 'standing'; readonly standing: 'up' | 'down'; readonly at: EpochMs }
  | { readonly kind: 'outage'; readonly outage: Outage }
  | { readonly kind: 'blinded'; readonly from: EpochMs; readonly reason: BlindReason }
  | { readonly kind: 'sighted'; readonly blind: Blind; readonly standing: PortWatch['standing'] };

export interface Step {
  readonly port: PortWatch;
  readonly news: readonly PortNews[];
}

/**
 * When the port gets its next echo, by when its last one was due (so that the pace does not drift): milliseconds on any
 * clock.
 */
export function dueAt(rules: WatchRules, port: PortWatch, lastDueAt: number): number {
  if (port.burstAt !== null && port.echoes.length === port.burstAt) return lastDueAt;
  const pressing = port.standing === 'down' || port.burstAt !== null || port.blind?.reason === 'isolated';
  return lastDueAt + (pressing ? rules.burstEveryMs : rules.everyMs);
}

/** So many of a blind port's echoes are remembered for when it can be seen again. */
export const maxWhileBlind = (rules: WatchRules): number => burstEchoes(rules) + 32;

/**
 * What a port is now, by the latest that each of its observers said: those who can say up or down vote. Where none of
 * them can it is unobserved, and unwatched where none watches it any more.
 */
export function portNow(quorum: Quorum, states: readonly PortState[]): PortState {
  const voters = states.filter((state) => state === 'up' || state === 'down');
  if (voters.length === 0) return states.includes('unobserved') ? 'unobserved' : 'unwatched';
  const down = voters.filter((state) => state === 'down').length;
  return down >= needed(quorum, voters.length) ? 'down' : 'up';
}

/** `to` null: it lasts. */
export interface OutageSpan {
  readonly from: EpochMs;
  readonly to: EpochMs | null;
}

/** As long as it can have been: from the last answered echo before it to the arrival of the first answer after it. */
export const atLongest = ({ start, end }: Pick<Outage, 'start' | 'end'>): OutageSpan => ({
  from: start.earliest,
  to: end === null ? null : end.latest,
});

/** As short as it can have been; so short that it ends before it begins: it may have been nothing. */
export const atShortest = ({ start, end }: Pick<Outage, 'start' | 'end'>): OutageSpan => ({
  from: start.latest,
  to: end === null ? null : end.earliest,
});
