import type { AttachmentRef } from '../ledger/actions.js';
import type { EpochMs } from '../types.js';
import { reportId, type FaultActor, type FaultEvent, type FaultState, type FaultText } from './actions.js';

export interface FaultComment {
  readonly seq: number;
  readonly at: EpochMs;
  readonly actor: FaultActor;
  readonly text: string;
  /** Kept from customers. */
  readonly internal: boolean;
  readonly attachments: readonly AttachmentRef[];
}

export interface StateChange {
  readonly at: EpochMs;
  readonly actor: FaultActor;
  readonly state: FaultState;
  readonly reason: string | null;
}

/** What a report became in the ledger. */
export interface LedgerEntry {
  readonly what: 'outage' | 'exclusion';
  readonly id: string;
  readonly at: EpochMs;
  readonly actor: FaultActor;
}

/** A report as it is now: the fold of its events. */
export interface FaultReport extends FaultText {
  readonly id: string;
  readonly number: number;
  readonly state: FaultState;
  readonly filedAt: EpochMs;
  readonly filedBy: FaultActor;
  readonly updatedAt: EpochMs;
  /** Whoever took it first, or to whom it was handed over; null: nobody has it. */
  readonly owner: string | null;
  /** To whom it is offered now. */
  readonly offer: { readonly to: string; readonly by: string; readonly reason: string | null } | null;
  readonly history: readonly StateChange[];
  readonly comments: readonly FaultComment[];
  readonly entries: readonly LedgerEntry[];
  /** The number of its events, and the hash of the last. */
  readonly seq: number;
  readonly hash: string;
}

/** Null: there are no events. Events that don't begin with a filing are no report. */
export function foldReport(events: readonly FaultEvent[]): FaultReport | null {
  const [first, ...rest] = events;
  if (first?.action.type !== 'filed') return null;
  const { report: number, at, actor, seq, hash } = first;
  const start: FaultReport = {
    ...{ ...first.action.text, id: reportId(number), number, state: 'filed' },
    ...{ filedAt: at, filedBy: actor, updatedAt: at, owner: null, offer: null },
    history: [{ at, actor, state: 'filed', reason: null }],
    ...{ comments: [], entries: [], seq, hash },
  };
  return rest.reduce(applyEvent, start);
}

/** The report after one more event; of its number and hash only what the event says. */
export function applyEvent(report: FaultReport, event: FaultEvent): FaultReport {
  const { at, actor, action, seq, hash } = event;
  const now = { ...report, updatedAt: at, seq, hash };
  const become = (state: FaultState, reason: string | null): FaultReport => ({
    ...now,
    state,
    history: [...report.history, { at, actor, state, reason }],
  });
  switch (action.type) {
    case 'filed':
      return now;
    case 'taken':
      return { ...become('acknowledged', null), owner: actor.name };
    case 'started':
      return become('investigating', null);
    case 'offered':
      return { ...now, offer: { to: action.to, by: actor.name, reason: action.reason } };
    case 'accepted':
      return { ...now, owner: actor.name, offer: null };
    case 'declined':
      return { ...now, offer: null };
    case 'commented': {
      const { text, internal, attachments } = action;
      return { ...now, comments: [...report.comments, { seq, at, actor, text, internal, attachments }] };
    }
    case 'resolved':
      return { ...become('resolved', action.text), offer: null };
    // It is settled: whoever owned it does so no more, and who takes it up again owns it anew.
    case 'rejected':
      return { ...become('rejected', action.reason), owner: null, offer: null };
    case 'closed':
      return { ...become('closed', action.text), owner: null, offer: null };
    case 'reopened':
      return become('reopened', action.reason);
    case 'linked':
      return { ...now, incident: action.incident };
    case 'changed':
      return { ...now, ...action.changes };
    case 'entered':
      return {
        ...now,
        entries: [...report.entries, { what: action.what, id: action.id, at, actor }],
      };
  }
}
