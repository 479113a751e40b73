import type { EpochMs } from '../types.js';

/** What of statements and credits people and systems can be notified of. */
export const billingEvents = [
  'statement-sealed',
  'statement-revised',
  'credit-exported',
  'credit-confirmed',
  'claim-ending',
  'draft-waiting',
  'dispute-opened',
  'dispute-answered',
  'dispute-decided',
] as const;
export type BillingEvent = (typeof billingEvents)[number];

/**
 * Something of the books that somebody is told once. It names no amount: whoever may see those finds them where it is
 * said, and a message may be read by others.
 */
export interface BillingNotice {
  readonly event: BillingEvent;
  readonly at: EpochMs;
  /** The id of what it is about: a statement, a credit note, a batch, a credit or a month. */
  readonly about: string;
  /** With `event` and `about` what makes it another one, such as the number of a revision. */
  readonly nth?: number;
  /** The account that is billed; null: it concerns the operator alone. */
  readonly party: string | null;
  /** What it says beside: a number of a revision, a last day. */
  readonly detail: string;
  /** The principal who did it, and is not told of it; left out: everybody is. */
  readonly by?: string | null;
}
