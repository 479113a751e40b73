import type { CustomerRegistry } from '../customer/book.js';
import { exclusionFaults } from '../exclusion-rules.js';
import type { ExclusionScope } from '../exclusion.js';
import type { ExclusionRules } from '../plan.js';
import { hasControls, hasHiddenCharacters, plainName } from '../text/control-characters.js';
import { mostCharacters } from '../text/limits.js';
import type { EpochMs } from '../types.js';
import type { Actor, ExclusionText, LedgerMark } from './actions.js';
import { type Refusal, refusal } from './errors.js';
import { type ExclusionState, excusesOf, type LedgerExclusion } from './exclusions.js';
import { futureFault, intervalFaults, lengthFaults, touches } from './outages.js';

/** The names that a scope may refer to. */
interface KnownNames {
  readonly pops: readonly string[];
  readonly paths: readonly string[];
  readonly lines: readonly string[];
  readonly services: readonly string[];
  readonly customers: readonly string[];
}

const scopeKeys = ['pops', 'paths', 'lines', 'services', 'customers'] as const;

/** The names in the configuration: its PoPs, every path between them, and the customer registry. */
export function knownNames(pops: readonly string[], book: CustomerRegistry): KnownNames {
  const between = pops.flatMap((a) => pops.filter((b) => b !== a).map((b) => `${a}>${b}`));
  return {
    pops,
    paths: between,
    lines: book.lines.map(({ id }) => id),
    services: [...new Set(book.services.map(({ id }) => id))],
    customers: book.customers.map(({ id }) => id),
  };
}

function scopeFaults(scope: ExclusionScope, known: KnownNames): Refusal[] {
  if (scope === 'all') return [];
  if (scopeKeys.every((key) => scope[key].length === 0))
    return [refusal('scope', 'missing', { is: 'scope' })];
  return scopeKeys.flatMap((key) =>
    scope[key]
      .filter((name) => !known[key].includes(name))
      .map((name) => refusal('scope', 'not-known', name, key, known[key])),
  );
}

export interface ProposalContext {
  readonly now: EpochMs;
  readonly known: KnownNames;
  /** The rules of every plan that judges something in its scope: the exclusion has to satisfy all of them. */
  readonly rules: readonly ExclusionRules[];
  /** The exclusions already in the ledger. */
  readonly others: readonly LedgerExclusion[];
}

/** All errors of a proposal; empty when it is valid. */
export function proposalFaults(text: ExclusionText, context: ProposalContext): Refusal[] {
  const { now, known, rules, others } = context;
  const shape = [...intervalFaults(text.intervals), ...scopeFaults(text.scope, known)];
  if (text.reason.trim() === '') shape.push(refusal('reason', 'missing', { is: 'cause' }));
  const { reason, proof, source } = text;
  shape.push(...lengthFaults({ reason, proof, source }));
  shape.push(...text.notices.flatMap((notice) => lengthFaults({ notices: notice.text })));
  for (const { at } of text.notices) if (at > now) shape.push(refusal('notices', 'future'));
  // Whether an invalid interval is early or late has no answer, so only its own errors are reported.
  if (shape.length > 0) return shape;
  return [...futureFaults(text, now), ...kindFaults(text, rules), ...overlaps(text, others)];
}

/** Only planned maintenance is known in advance; everything else is entered after it has ended. */
function futureFaults({ kind, intervals }: ExclusionText, now: EpochMs): Refusal[] {
  if (kind === 'planned-maintenance') return [];
  return intervals.flatMap((interval) => futureFault(interval, now, kind) ?? []);
}

const fieldOf = { scope: 'scope', noticeAt: 'notices', proof: 'proof' } as const;

function kindFaults(text: ExclusionText, rules: readonly ExclusionRules[]): Refusal[] {
  const faults = new Map<string, Refusal>();
  for (const each of rules) {
    for (const excuse of excusesOf(text)) {
      // An attached file is as good a proof as a text.
      const proof = excuse.proof ?? text.attachments[0]?.name ?? null;
      for (const { key, code } of exclusionFaults({ ...excuse, proof }, each))
        faults.set(JSON.stringify(code), { field: fieldOf[key], code });
    }
  }
  return [...faults.values()];
}

/**
 * Rejects an exclusion that overlaps another of the same kind in scope and time: both would count once, and revoking
 * one of them would have no effect.
 */
function overlaps(text: ExclusionText, others: readonly LedgerExclusion[]): Refusal[] {
  for (const other of others) {
    const alive = other.state === 'proposed' || other.state === 'approved';
    if (!alive || other.kind !== text.kind || !shareScope(other.scope, text.scope)) continue;
    const hit = other.intervals.find((theirs) => text.intervals.some((ours) => touches(ours, theirs)));
    if (!hit) continue;
    return [refusal('from', 'overlaps', other.id, hit, other.state)];
  }
  return [];
}

function shareScope(a: ExclusionScope, b: ExclusionScope): boolean {
  if (a === 'all' || b === 'all') return a === b;
  return scopeKeys.some((key) => a[key].some((name) => b[key].includes(name)));
}

export const decisions = ['approve', 'reject', 'revoke'] as const;
export type Decision = (typeof decisions)[number];

const takes: Record<Decision, ExclusionState> = {
  approve: 'proposed',
  reject: 'proposed',
  revoke: 'approved',
};

/**
 * Why `actor` may not take this decision; null when they may. A proposal has to be approved by a second person; anybody
 * may reject it.
 */
export function decisionFault(
  exclusion: LedgerExclusion | undefined,
  decision: Decision,
  by: string | Actor,
  ids: readonly string[],
): Refusal | null {
  if (!exclusion) return refusal('id', 'no-such', '', ids);
  const { state, id, proposed } = exclusion;
  if (state !== takes[decision])
    return refusal('id', 'in-state', state, { is: 'decision', decision, takes: takes[decision] });
  if (decision === 'approve' && isSameActor(actorOf(by), proposed))
    return refusal('actor', 'second-person', actorOf(by).name, id);
  return null;
}

/** A bare name is somebody of whom nothing else is known: at the command line, or where nobody signs in. */
export const actorOf = (by: string | Actor): Actor =>
  typeof by === 'string' ? { name: by, identity: null } : by;

/**
 * Whether somebody is who did something before. Who signed in is told by that alone, whatever the names: people are
 * renamed, and two may have the same name. Only where one of both is known by a name alone do the names decide.
 */
export const isSameActor = (
  { name, identity }: Actor,
  mark: Pick<LedgerMark, 'actor' | 'principal'>,
): boolean =>
  identity !== null && mark.principal !== undefined
    ? identity === mark.principal
    : samePerson(name, mark.actor);

/** Whether two names are the same person regardless of case and spaces, such as `Ann Lee` and ` ann  lee`. */
export const samePerson = (a: string, b: string): boolean => personOf(a) === personOf(b);
const personOf = (actor: string): string => plainName(actor).toLowerCase();

/** The error for a text that can't be a person's name; null when it can. */
export function actorFault(actor: string): Refusal | null {
  if (
    plainName(actor) !== '' &&
    actor.length <= mostCharacters.label &&
    !hasControls(actor) &&
    !hasHiddenCharacters(actor)
  )
    return null;
  return actor.trim() === '' ? refusal('actor', 'missing', { is: 'person' }) : refusal('actor', 'no-name');
}
