import type { Digest } from '../ledger/chain.js';
import type { EpochMs } from '../types.js';

/** What is written down of something that somebody did, or of a look at an amount. */
export interface Trace {
  readonly at: EpochMs;
  /** `token:3f9c2a17`, `user:ann`, `open`. */
  readonly principal: string;
  readonly name: string;
  /** Where it came from: an address, or `cli`. */
  readonly from: string;
  readonly action: string;
  /** What of: the URL without what stands behind the `?`, or what a command was given. */
  readonly target: string;
  /** What came of it: an HTTP status. */
  readonly status: number;
  /** Whether an amount was shown. */
  readonly amounts: boolean;
}

export interface TrailLink {
  readonly seq: number;
  readonly hash: string;
}

export interface TrailEntry extends Trace {
  /** From 1 on, without a gap. */
  readonly seq: number;
  readonly previous: string;
  /** Over all of the above. */
  readonly hash: string;
}

/** The next entry after `head`. */
export function traceAfter(head: TrailLink, trace: Trace, digest: Digest): TrailEntry {
  const { at, principal, name, from, action, target, status, amounts } = trace;
  const open = { at, principal, name, from, action, target, status, amounts };
  const linked = { ...open, seq: head.seq + 1, previous: head.hash };
  return { ...linked, hash: digest(linked) };
}
