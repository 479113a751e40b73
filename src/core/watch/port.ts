import type { EpochMs } from '../types.js';
import type { Blind, BlindReason, Outage } from './outage.js';
import { burstEchoes, type WatchRules } from './rules.js';

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
export const mostWhileBlind = (rules: WatchRules): number => burstEchoes(rules) + 32;
