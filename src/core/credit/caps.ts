import { multiply, ratio, roundHalfUp } from '../number/rational.js';
import type { CapRule, CreditRules } from '../plan/plan.js';
import type { PastCredit, ServiceTerms } from '../statement/case.js';
import { monthAfter } from '../time/month.js';
import type { LocalDate } from '../time/date.js';
import { scaleToCap } from './scale.js';

/** One service's credit on its way to what is paid. */
export interface Payable {
  readonly service: ServiceTerms;
  /** As billed for the period, minor units. */
  readonly rent: bigint;
  readonly amount: bigint;
}

/** A cap over the services it binds together. */
export interface CapState {
  readonly rule: CapRule;
  /** The plan field behind it. */
  readonly field: string;
  /** The service, site or customer. */
  readonly group: string;
  readonly currency: string;
  /** What the share is taken of. */
  readonly of: bigint;
  /** Share of `of`, rounded half-up. */
  readonly cap: bigint;
  /** Credits of earlier months that the cap has to bear too. */
  readonly used: bigint;
  /** Asked for before it, in this month. */
  readonly asked: bigint;
}

export type Grouping = 'service' | 'site' | 'customer';

export function groupOf(
  service: Pick<ServiceTerms, 'id' | 'site' | 'customer'>,
  per: Grouping,
): string | null {
  return per === 'service' ? service.id : service[per];
}

/** The indexes of the payables that go together, in the order of first appearance. Amounts of one currency only. */
export function grouped(payables: readonly Payable[], per: Grouping): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  for (const [index, { service }] of payables.entries()) {
    const group = groupOf(service, per);
    if (group === null) continue;
    const key = JSON.stringify([group, service.monthlyRent.currency]);
    groups.set(key, [...(groups.get(key) ?? []), index]);
  }
  return groups;
}

/** Applies the caps one after another, in the order of the plan: each sees what the one before left. */
export function applyCaps(
  payables: readonly Payable[],
  credit: CreditRules,
  month: string,
  history: readonly PastCredit[],
): { readonly payables: readonly Payable[]; readonly caps: readonly CapState[] } {
  const caps: CapState[] = [];
  let current = [...payables];
  for (const [index, rule] of credit.caps.entries()) {
    for (const members of grouped(current, rule.per).values()) {
      const state = capState(rule, `credit.caps[${index}]`, pick(current, members), month, history);
      if (state === null) continue;
      caps.push(state);
      current = scaled(current, members, state.cap > state.used ? state.cap - state.used : 0n);
    }
  }
  return { payables: current, caps };
}

function pick(payables: readonly Payable[], members: readonly number[]): Payable[] {
  return members.flatMap((index) => payables[index] ?? []);
}

function scaled(payables: readonly Payable[], members: readonly number[], limit: bigint): Payable[] {
  const amounts = scaleToCap(
    pick(payables, members).map(({ service, amount }) => ({ id: service.id, start: service.start, amount })),
    limit,
  );
  return payables.map((payable, index) => {
    const amount = amounts[members.indexOf(index)];
    return amount === undefined ? payable : { ...payable, amount };
  });
}

function capState(
  rule: CapRule,
  field: string,
  members: readonly Payable[],
  month: string,
  history: readonly PastCredit[],
): CapState | null {
  const [first] = members;
  const group = first && groupOf(first.service, rule.per);
  if (!first || group === undefined || group === null) return null;
  const { currency } = first.service.monthlyRent;
  const before = monthsBefore(
    rule.over,
    month,
    members.map(({ service }) => service.start),
  );
  const past =
    before.length === 0
      ? []
      : history.filter(
          (entry) =>
            before.includes(entry.month) &&
            entry.rent.currency === currency &&
            groupOf({ ...entry, id: entry.service }, rule.per) === group,
        );
  const of =
    rule.of === 'full-month'
      ? sum(latestSegments(members).map(({ service }) => service.monthlyRent.minor))
      : sum(members.map(({ rent }) => rent)) + sum(past.map(({ rent }) => rent.minor));
  return {
    rule,
    field,
    group,
    currency,
    of,
    cap: roundHalfUp(multiply(ratio(of), rule.share.of)),
    used: sum(past.map(({ credit }) => credit)),
    asked: sum(members.map(({ amount }) => amount)),
  };
}

/** The earlier months that a cap looks at together with this one, oldest first. */
export function monthsBefore(over: CapRule['over'], month: string, starts: readonly LocalDate[]): string[] {
  const count = { month: 0, quarter: (at(month) - 1) % 3, 'calendar-year': at(month) - 1, 'rolling-year': 11 };
  const begun = starts.toSorted()[0] ?? `${month}-01`;
  const months = over === 'contract-year' ? (at(month) - at(begun) + 12) % 12 : count[over];
  return Array.from({ length: months }, (_, index) => monthAfter(month, index - months));
}

/** 1 to 12. */
const at = (day: string): number => Number(day.slice(5, 7));

/** A service in several segments pays one rent at a time: the last one's is its monthly rent. */
function latestSegments(members: readonly Payable[]): Payable[] {
  const latest = new Map<string, Payable>();
  for (const member of members) {
    const known = latest.get(member.service.id);
    if (!known || known.service.start < member.service.start) latest.set(member.service.id, member);
  }
  return [...latest.values()];
}

export const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((total, each) => total + each, 0n);
