import { hasControls } from '../text/control-characters.js';
import type { LedgerExclusion, ExclusionState } from './exclusions.js';
import { refuse, type Refusal } from './refusal.js';

export const decisions = ['approve', 'reject', 'revoke'] as const;
export type Decision = (typeof decisions)[number];

const takes: Record<Decision, ExclusionState> = {
  approve: 'proposed',
  reject: 'proposed',
  revoke: 'approved',
};

/** Whether `actor` may decide so; null: yes. A proposal is approved by a second person; anyone may say no. */
export function decisionFault(
  exclusion: LedgerExclusion | undefined,
  decision: Decision,
  actor: string,
  ids: readonly string[],
): Refusal | null {
  if (!exclusion) {
    const known = ids.length === 0 ? 'nothing: there are no exclusions' : ids.slice(-12).join(', ');
    return refuse('id', 'is no exclusion', known, ['no-such', '']);
  }
  if (exclusion.state !== takes[decision]) {
    const what = `is ${exclusion.state}, so it can't be ${decision === 'revoke' ? 'revoked' : `${decision}${decision === 'approve' ? 'd' : 'ed'}`}`;
    return refuse('id', what, `an exclusion that is ${takes[decision]}`, ['in-state', exclusion.state]);
  }
  if (decision === 'approve' && samePerson(actor, exclusion.proposed.actor)) {
    const what = `is ${actor}, who proposed ${exclusion.id}`;
    return refuse('actor', what, 'a second person: whoever proposed it may not approve it', [
      'second-person',
    ]);
  }
  return null;
}

/** `Ann Lee` and ` ann  lee` are no two people. */
export const samePerson = (a: string, b: string): boolean => personOf(a) === personOf(b);
const personOf = (actor: string): string => actor.normalize('NFKC').trim().replace(/\s+/g, ' ').toLowerCase();

/** Whether a text can be the name of somebody; null: yes. */
export function actorFault(actor: string): Refusal | null {
  if (actor.trim() !== '' && actor.length <= 100 && !hasControls(actor)) return null;
  return refuse(
    'actor',
    actor.trim() === '' ? 'is missing' : 'is no name',
    'one line of 1 to 100 characters',
    [actor.trim() === '' ? 'missing' : 'no-name'],
  );
}
