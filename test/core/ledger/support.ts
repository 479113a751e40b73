import type { ExclusionText, LedgerAction, LedgerEvent } from '../../../src/core/ledger/actions.js';
import { headOf, linkAfter } from '../../../src/core/ledger/chain.js';
import type { ExclusionRules } from '../../../src/core/plan.js';
import { digestOf } from '../../../src/seal/canonical.js';

export const now = Date.UTC(2026, 9, 20);
export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;

/** The contract's rules. */
export const contract: ExclusionRules = {
  plannedMaintenance: { noticeHours: 0, allowance: null },
  forceMajeure: { noticeWithinDays: 15, proof: true },
};

export const names = {
  pops: ['HKG', 'SIN'],
  paths: ['HKG>SIN', 'SIN>HKG'],
  lines: ['l1', 'l2'],
  services: ['v'],
  customers: ['a'],
};

export const scopeOf = (part: Partial<Record<keyof typeof names, readonly string[]>>) => ({
  pops: [],
  paths: [],
  lines: [],
  services: [],
  customers: [],
  ...part,
});

/** Planned maintenance of HKG that is announced a day before. */
export function proposal(over: Partial<ExclusionText> = {}): ExclusionText {
  return {
    kind: 'planned-maintenance',
    scope: scopeOf({ pops: ['HKG'] }),
    intervals: [{ from: now + dayMs, to: now + dayMs + 2 * hourMs }],
    recurrence: null,
    notices: [{ at: now - hourMs, text: null }],
    reason: 'new line cards',
    proof: null,
    attachments: [],
    source: null,
    ...over,
  };
}

/** What was done, by whom, in its order. */
export type Deeds = (readonly [actor: string, action: LedgerAction])[];

/** Their chain. */
export function history(...deeds: Deeds): LedgerEvent[] {
  const events: LedgerEvent[] = [];
  for (const [actor, action] of deeds) {
    events.push(linkAfter(headOf(events), { at: now + events.length, actor, action }, digestOf));
  }
  return events;
}
