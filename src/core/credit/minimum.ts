import { grouped, sum, type Payable } from './caps.js';

/**
 * Takes away what is too little to be paid: where the credits of a group together are under the minimum of a plan, the
 * services of that plan get nothing.
 */
export function applyMinimum(payables: readonly Payable[]): readonly Payable[] {
  const unpaid = new Set<number>();
  for (const minimum of new Set(payables.map(({ credit }) => credit.minimumPayable))) {
    if (minimum === null) continue;
    for (const members of grouped(payables, minimum.per).values()) {
      const each = members.flatMap((index) => payables[index] ?? []);
      const least = minimum.amounts.get(each[0]?.service.monthlyRent.currency ?? '') ?? 0n;
      if (sum(each.map(({ amount }) => amount)) >= least) continue;
      for (const index of members) if (payables[index]?.credit.minimumPayable === minimum) unpaid.add(index);
    }
  }
  return payables.map((payable, index) => (unpaid.has(index) ? { ...payable, amount: 0n } : payable));
}
