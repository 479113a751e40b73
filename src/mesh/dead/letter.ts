import { headers, type MsgHdrs } from '@nats-io/transport-node';
import type { Refusal } from '../wire/refused.js';

/** What stands in the headers of a dead letter; its body is the message as it came. */
export interface DeadReason {
  readonly reason: Refusal;
  /** For people. */
  readonly why: string;
  /** Where it came from. */
  readonly subject: string;
  /** Its number in the stream of rows. */
  readonly sequence: number;
}

const names = {
  reason: 'Popsla-Reason',
  why: 'Popsla-Why',
  subject: 'Popsla-Subject',
  sequence: 'Popsla-Sequence',
} as const;

export function deadHeaders({ reason, why, subject, sequence }: DeadReason): MsgHdrs {
  const all = headers();
  all.set(names.reason, reason);
  // A header is one line of ASCII.
  all.set(names.why, why.replace(/[^\x20-\x7e]/g, '?').slice(0, 500));
  all.set(names.subject, subject);
  all.set(names.sequence, String(sequence));
  return all;
}

export function readDeadHeaders(all: Pick<MsgHdrs, 'get'>): DeadReason {
  return {
    reason: all.get(names.reason) as Refusal,
    why: all.get(names.why),
    subject: all.get(names.subject),
    sequence: Number(all.get(names.sequence)),
  };
}
