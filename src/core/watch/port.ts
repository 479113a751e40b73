import type { EpochMs } from '../types.js';
import { type Blind, type BlindReason, needed, type Outage, type PortState, type Quorum } from './outage.js';

/** The parameters of a port watch, in milliseconds where not said otherwise; each is a configuration field. */
export interface WatchRules {
  /** Interval between echoes to a port that answers. */
  readonly everyMs: number;
  /** A reply that takes longer counts as none; one that takes exactly this long counts. */
  readonly thresholdMs: number;
  /** An echo is overdue after this many times the port's usual RTT … */
  readonly overdueFactor: number;
  /** … but never before this time. */
  readonly overdueAtLeastMs: number;
  /** Interval between echoes to a port that is suspected or down. */
  readonly burstEveryMs: number;
  /** The length of the burst that confirms or clears a suspicion. */
  readonly burstLengthMs: number;
  /** The number of consecutively answered echoes that bring a port up. */
  readonly recovery: number;
}

/** The number of echoes in a burst. */
export function burstEchoes(rules: WatchRules): number {
  return Math.max(1, Math.ceil(rules.burstLengthMs / rules.burstEveryMs));
}

/** How long an echo may be unanswered before the port is suspected, milliseconds, by its usual RTT (null: unknown). */
export function overdueMs(rules: WatchRules, usualRttMs: number | null): number {
  const usual = Math.ceil(rules.overdueFactor * (usualRttMs ?? 0));
  return Math.min(rules.thresholdMs, Math.max(rules.overdueAtLeastMs, usual));
}

/**
 * The shortest outage that is certain to be detected when nothing else is wrong, milliseconds. In the worst case it
 * begins right after an echo, lasts until the next echo is overdue, and then covers the whole burst. `lateMs` is how
 * late an echo may be sent.
 */
export function shortestSureMs(rules: WatchRules, usualRttMs: number, lateMs: number): number {
  const burstMs = (burstEchoes(rules) - 1) * rules.burstEveryMs;
  return rules.everyMs + overdueMs(rules, usualRttMs) + burstMs + Math.ceil(usualRttMs) + 2 * lateMs;
}

/** References that fall silent within this span, milliseconds, fell silent at once. */
export function atOnceMs(rules: WatchRules): number {
  return rules.everyMs + rules.thresholdMs;
}

/** An echo whose result can still matter. */
export interface Echo {
  readonly id: number;
  readonly sentAt: EpochMs;
  /** Null while the result is pending. */
  readonly answered: boolean | null;
}

/** The state of one port for one observer: the fold of `step` over its inputs. */
export interface PortWatch {
  readonly standing: 'unknown' | 'up' | 'down';
  /** In sending order: those after the latest answered one, or while down, those since the latest unanswered one. */
  readonly echoes: readonly Echo[];
  /** How many of `echoes` were sent before the burst that decides a suspicion; null: the port is not suspected. */
  readonly burstAt: number | null;
  /** Sending times of the latest answered echo and, below, of the latest unanswered one. */
  readonly lastAnsweredAt: EpochMs | null;
  readonly lastUnansweredAt: EpochMs | null;
  /** Moving mean, milliseconds. */
  readonly usualRttMs: number | null;
  /** The outage in progress. */
  readonly outage: Outage | null;
  /** Since when, and why, the observer has no evidence. */
  readonly blind: { readonly from: EpochMs; readonly reason: BlindReason } | null;
  /**
   * While down: blind time since the port was last known to be down, and the consecutive unanswered echoes after it.
   */
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

/**
 * Inputs of the state machine. Their instants never go back, except that `cut` may follow a clock that was set back.
 */
export type PortInput =
  /** An echo was sent. */
  | { readonly kind: 'sent'; readonly id: number; readonly at: EpochMs }
  /** Its reply arrived within the threshold. `sentAt` is the actual sending time. */
  | {
      readonly kind: 'answered';
      readonly id: number;
      readonly at: EpochMs;
      readonly sentAt: EpochMs;
      readonly rttMs: number;
    }
  /** The threshold passed without a reply. */
  | { readonly kind: 'unanswered'; readonly id: number; readonly at: EpochMs; readonly sentAt: EpochMs }
  /** The observer could not send the echo. */
  | { readonly kind: 'unsent'; readonly id: number; readonly at: EpochMs }
  /** Time passed. */
  | { readonly kind: 'tick'; readonly at: EpochMs }
  /** From `from` on the observer has no evidence, until `observed-again`. */
  | { readonly kind: 'blinded'; readonly from: EpochMs; readonly reason: BlindReason }
  | { readonly kind: 'observed-again'; readonly at: EpochMs }
  /** Outages opened since `since` are no evidence about the port. */
  | {
      readonly kind: 'void';
      readonly since: EpochMs;
      readonly at: EpochMs;
      readonly reason: BlindReason;
    }
  /** The watch of this port ends, or starts again on another clock. */
  | { readonly kind: 'cut'; readonly at: EpochMs };

/** What has to be stored. An outage is repeated in full whenever part of it changes. */
export type PortNews =
  | { readonly kind: 'standing'; readonly standing: 'up' | 'down'; readonly at: EpochMs }
  | { readonly kind: 'outage'; readonly outage: Outage }
  | { readonly kind: 'blinded'; readonly from: EpochMs; readonly reason: BlindReason }
  | { readonly kind: 'observed-again'; readonly blind: Blind; readonly standing: PortWatch['standing'] };

export interface Step {
  readonly port: PortWatch;
  readonly news: readonly PortNews[];
}

/**
 * When the next echo to the port is due, counted from when the last one was due so that the pace does not drift:
 * milliseconds on any clock.
 */
export function dueAt(rules: WatchRules, port: PortWatch, lastDueAt: number): number {
  if (port.burstAt !== null && port.echoes.length === port.burstAt) return lastDueAt;
  const pressing = port.standing === 'down' || port.burstAt !== null || port.blind?.reason === 'isolated';
  return lastDueAt + (pressing ? rules.burstEveryMs : rules.everyMs);
}

/** How many echoes to a blind port are remembered, to be evaluated when it can be watched again. */
export const maxWhileBlind = (rules: WatchRules): number => burstEchoes(rules) + 32;

/**
 * The state of a port now, from the latest state of each observer: those with evidence vote up or down. It is
 * unobserved when no observer has evidence, and unwatched when no observer watches it any more.
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

/**
 * The longest that the outage can have been: from the last answered echo before it to the arrival of the first answer
 * after it.
 */
export const atLongest = ({ start, end }: Pick<Outage, 'start' | 'end'>): OutageSpan => ({
  from: start.earliest,
  to: end === null ? null : end.latest,
});

/** The shortest that the outage can have been. When its end is before its start there may have been no outage. */
export const atShortest = ({ start, end }: Pick<Outage, 'start' | 'end'>): OutageSpan => ({
  from: start.latest,
  to: end === null ? null : end.earliest,
});
