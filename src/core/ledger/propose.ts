import { exclusionFaults } from '../exclusion/rules.js';
import type { ExclusionScope } from '../exclusion/exclusion.js';
import type { ExclusionRules } from '../plan/plan.js';
import type { EpochMs } from '../types.js';
import type { ExclusionText } from './actions.js';
import { excusesOf, type LedgerExclusion } from './exclusions.js';
import { futureFault, intervalFaults, spanText, touches } from './intervals.js';
import { scopeFaults, scopeKeys, type KnownNames } from './known.js';
import { refuse, type Refusal } from './refusal.js';

export interface ProposalContext {
  readonly now: EpochMs;
  readonly known: KnownNames;
  /** Of every plan that judges what it touches: it has to hold before each of them. */
  readonly rules: readonly ExclusionRules[];
  /** What stands in the ledger. */
  readonly others: readonly LedgerExclusion[];
}

/** Everything that is wrong with a proposal; nothing: it may be entered. */
export function proposalFaults(text: ExclusionText, context: ProposalContext): Refusal[] {
  const { now, known, rules, others } = context;
  const shape = [...intervalFaults(text.intervals), ...scopeFaults(text.scope, known)];
  if (text.reason.trim() === '')
    shape.push(refuse('reason', 'is missing', 'why it happens, as text', ['missing']));
  for (const { at } of text.notices) {
    if (at > now)
      shape.push(refuse('notices', 'lies in the future', 'the time at which notice was given', ['future']));
  }
  // An interval that is none can't be early or late.
  if (shape.length > 0) return shape;
  return [...futureFaults(text, now), ...kindFaults(text, rules), ...overlaps(text, others)];
}

/** Only planned maintenance is known ahead of time; what nobody planned is entered when it is over. */
function futureFaults({ kind, intervals }: ExclusionText, now: EpochMs): Refusal[] {
  if (kind === 'planned-maintenance') return [];
  return intervals.flatMap((interval) => futureFault(interval, now, kind) ?? []);
}

const fieldOf = { scope: 'scope', noticeAt: 'notices', proof: 'proof' } as const;

function kindFaults(text: ExclusionText, rules: readonly ExclusionRules[]): Refusal[] {
  const faults = new Map<string, Refusal>();
  for (const each of rules) {
    for (const excuse of excusesOf(text)) {
      // A file proves as well as a text does.
      const proof = excuse.proof ?? text.attachments[0]?.name ?? null;
      for (const { key, message, said } of exclusionFaults({ ...excuse, proof }, each)) {
        const [what = message, ...allowed] = message.split(': ');
        faults.set(message, refuse(fieldOf[key], what, allowed.join(': '), said));
      }
    }
  }
  return [...faults.values()];
}

/** The same excuse twice is a slip: it would count once, and only one of them would be revoked. */
function overlaps(text: ExclusionText, others: readonly LedgerExclusion[]): Refusal[] {
  for (const other of others) {
    const alive = other.state === 'proposed' || other.state === 'approved';
    if (!alive || other.kind !== text.kind || !shareScope(other.scope, text.scope)) continue;
    const hit = other.intervals.find((theirs) => text.intervals.some((ours) => touches(ours, theirs)));
    if (!hit) continue;
    const what = `overlaps ${other.id} (${other.state}), ${spanText(hit)}, of the same kind and scope`;
    return [
      refuse('from', what, `a time outside of it, or reject or revoke ${other.id} first`, [
        'overlaps',
        other.id,
      ]),
    ];
  }
  return [];
}

function shareScope(a: ExclusionScope, b: ExclusionScope): boolean {
  if (a === 'all' || b === 'all') return a === b;
  return scopeKeys.some((key) => a[key].some((name) => b[key].includes(name)));
}
