import type { Exclusion, ExclusionKind } from '../exclusion.js';
import type { EpochMs } from '../types.js';
import type { LedgerMark, ExclusionText, LedgerEvent } from './actions.js';
import { whoOf } from './chain.js';

export const exclusionStates = ['proposed', 'approved', 'rejected', 'revoked'] as const;
export type ExclusionState = (typeof exclusionStates)[number];

/** An exclusion with its state: proposed, approved, rejected or revoked. */
export interface LedgerExclusion extends ExclusionText {
  readonly id: string;
  readonly state: ExclusionState;
  readonly proposed: LedgerMark;
  readonly approved: LedgerMark | null;
  readonly rejected: LedgerMark | null;
  readonly revoked: LedgerMark | null;
}

/** Every exclusion in a ledger, in the order of their proposals. */
export function foldExclusions(events: readonly LedgerEvent[]): LedgerExclusion[] {
  const byId = new Map<string, LedgerExclusion>();
  const settle = (id: string, state: Exclude<ExclusionState, 'proposed'>, mark: LedgerMark): void => {
    const before = byId.get(id);
    if (before) byId.set(id, { ...before, state, [state]: mark });
  };
  for (const { action, at, ...event } of events) {
    const who = whoOf(event);
    if (action.type === 'exclusion-proposed') {
      const { id, kind, scope, intervals, recurrence, notices, reason, proof, attachments, source } = action;
      const text = { kind, scope, intervals, recurrence, notices, reason, proof, attachments, source };
      const none = { approved: null, rejected: null, revoked: null };
      byId.set(id, { id, ...text, state: 'proposed', proposed: { ...who, at, reason: null }, ...none });
    } else if (action.type === 'exclusion-approved') {
      settle(action.id, 'approved', { ...who, at, reason: action.reason });
    } else if (action.type === 'exclusion-rejected') {
      settle(action.id, 'rejected', { ...who, at, reason: action.reason });
    } else if (action.type === 'exclusion-revoked') {
      settle(action.id, 'revoked', { ...who, at, reason: action.reason });
    }
  }
  return [...byId.values()];
}

const maintenanceKinds: readonly ExclusionKind[] = ['planned-maintenance', 'emergency-maintenance'];

/** Whether it is maintenance that was approved. */
export const isMaintenance = ({ state, kind }: Pick<LedgerExclusion, 'state' | 'kind'>): boolean =>
  state === 'approved' && maintenanceKinds.includes(kind);

/** The time of the first notice. */
export const noticeAtOf = ({ notices }: Pick<ExclusionText, 'notices'>): EpochMs | null =>
  notices.length === 0 ? null : Math.min(...notices.map(({ at }) => at));

/** The form that a month is judged by: one exclusion for each interval. */
export function excusesOf(exclusion: ExclusionText & { readonly id?: string }): Exclusion[] {
  const { id, kind, scope, proof, intervals } = exclusion;
  const noticeAt = noticeAtOf(exclusion);
  return intervals.map(({ from, to }) => ({
    ...(id === undefined ? {} : { id }),
    kind,
    scope,
    from,
    to,
    noticeAt,
    proof,
  }));
}

/** The exclusions in effect: only approved ones. */
export function approvedExcuses(exclusions: readonly LedgerExclusion[]): Exclusion[] {
  return exclusions.filter(({ state }) => state === 'approved').flatMap(excusesOf);
}
