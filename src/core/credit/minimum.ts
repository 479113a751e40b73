import type { CreditRules } from '../plan/plan.js';
import { grouped, sum, type Payable } from './caps.js';

/** Takes away what is too little to be paid: groups whose credits together are under the plan's minimum. */
export function applyMinimum(
  payables: readonly Payable[],
  minimum: CreditRules['minimumPayable'],
): readonly Payable[] {
  if (minimum === null) return payables;
  const unpaid = new Set<number>();
  for (const members of grouped(payables, minimum.per).values()) {
    const each = members.flatMap((index) => payables[index] ?? []);
    const least = minimum.amounts.get(each[0]?.service.monthlyRent.currency ?? '') ?? 0n;
    if (sum(each.map(({ amount }) => amount)) < least) members.forEach((index) => unpaid.add(index));
  }
  return payables.map((payable, index) => (unpaid.has(index) ? { ...payable, amount: 0n } : payable));
}
