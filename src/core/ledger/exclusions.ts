import type { Exclusion } from '../exclusion.js';
import type { EpochMs } from '../types.js';
import type { LedgerMark, ExclusionText, LedgerEvent } from './actions.js';

export const exclusionStates = ['proposed', 'approved', 'rejected', 'revoked'] as const;
export type ExclusionState = (typeof exclusionStates)[number];

/** An exclusion through its life. */
export interface LedgerExclusion extends ExclusionText {
  readonly id: string;
  readonly state: ExclusionState;
  readonly proposed: LedgerMark;
  readonly approved: LedgerMark | null;
  readonly rejected: LedgerMark | null;
  readonly revoked: LedgerMark | null;
}

/** Every exclusion of a history, in the order they were proposed. */
export function foldExclusions(events: readonly LedgerEvent[]): LedgerExclusion[] {
  const byId = new Map<string, LedgerExclusion>();
  const settle = (id: string, state: Exclude<ExclusionState, 'proposed'>, deed: LedgerMark): void => {
    const before = byId.get(id);
    if (before) byId.set(id, { ...before, state, [state]: deed });
  };
  for (const { action, actor, at } of events) {
    if (action.type === 'exclusion-proposed') {
      const { id, kind, scope, intervals, recurrence, notices, reason, proof, attachments, source } = action;
      const text = { kind, scope, intervals, recurrence, notices, reason, proof, attachments, source };
      const none = { approved: null, rejected: null, revoked: null };
      byId.set(id, { id, ...text, state: 'proposed', proposed: { actor, at, reason: null }, ...none });
    } else if (action.type === 'exclusion-approved') {
      settle(action.id, 'approved', { actor, at, reason: action.reason });
    } else if (action.type === 'exclusion-rejected') {
      settle(action.id, 'rejected', { actor, at, reason: action.reason });
    } else if (action.type === 'exclusion-revoked') {
      settle(action.id, 'revoked', { actor, at, reason: action.reason });
    }
  }
  return [...byId.values()];
}

/** The first time somebody was told. */
export const noticeAtOf = ({ notices }: Pick<ExclusionText, 'notices'>): EpochMs | null =>
  notices.length === 0 ? null : Math.min(...notices.map(({ at }) => at));

/** What a month is judged by: one excuse for each of its intervals. */
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

/** Only an approved one counts. */
export function approvedExcuses(exclusions: readonly LedgerExclusion[]): Exclusion[] {
  return exclusions.filter(({ state }) => state === 'approved').flatMap(excusesOf);
}
