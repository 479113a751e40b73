import { multiply, ratio, roundHalfUp } from '../number.js';
import type { CapRule, CreditRules } from '../plan.js';
import type { PastCredit, ServiceInMonth } from '../statement/case.js';
import { type LocalDate, monthAfter } from '../time/calendar.js';

/** An amount with the id that breaks ties between equal remainders. */
export interface Claim {
  readonly id: string;
  /** Breaks ties between segments of the same service. */
  readonly start: string;
  readonly amount: bigint;
}

/**
 * Scales amounts down in proportion so that their sum is exactly `cap`, in minor units: each is rounded down first,
 * then the remaining units go one each to the largest remainders (ties: the smaller id by code points). Amounts whose
 * sum is within the cap stay unchanged. The result is in the order of `claims`.
 */
export function scaleToCap(claims: readonly Claim[], cap: bigint): bigint[] {
  const sum = claims.reduce((total, claim) => total + claim.amount, 0n);
  if (sum <= cap) return claims.map((claim) => claim.amount);
  const shares = claims.map((claim, index) => ({
    claim,
    index,
    whole: (claim.amount * cap) / sum,
    remainder: (claim.amount * cap) % sum,
  }));
  const scaled = shares.map((share) => share.whole);
  let left = cap - scaled.reduce((total, whole) => total + whole, 0n);
  const byRemainder = [...shares].sort(
    (a, b) =>
      order(b.remainder, a.remainder) ||
      compareCodePoints(a.claim.id, b.claim.id) ||
      compareCodePoints(a.claim.start, b.claim.start),
  );
  for (const { index, whole } of byRemainder) {
    if (left === 0n) break;
    scaled[index] = whole + 1n;
    left -= 1n;
  }
  return scaled;
}

const order = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);

/** Compares texts by code points. `<` on strings compares UTF-16 units, which sorts U+FF5E after an emoji. */
export function compareCodePoints(a: string, b: string): number {
  const [left, right] = [Array.from(a), Array.from(b)];
  for (const [index, character] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    const difference = (character.codePointAt(0) ?? 0) - (other.codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/** One service's credit while caps and minimum are applied to it. */
export interface Payable {
  readonly service: ServiceInMonth;
  /** The id of the plan that judges the service, and below it that plan's credit rules. */
  readonly plan: string;
  readonly credit: CreditRules;
  /** Rent billed for the period, minor units. */
  readonly rent: bigint;
  readonly amount: bigint;
}

/** A cap with the services that it applies to together. */
export interface CapState {
  readonly rule: CapRule;
  /** The plan that defines it. */
  readonly plan: string;
  /** The plan field that defines it. */
  readonly field: string;
  /** The id of the service, site or customer that it groups by. */
  readonly group: string;
  readonly currency: string;
  /** The amount that the share is taken of, minor units. */
  readonly of: bigint;
  /** Share of `of`, rounded half-up, minor units. */
  readonly cap: bigint;
  /** Credits of earlier months that the cap also covers, minor units. */
  readonly used: bigint;
  /** Total of this month's credits before the cap, minor units. */
  readonly asked: bigint;
  /** Whether this is the lowest of several plans' caps over the same group and time; only that one has an effect. */
  readonly lowest: boolean;
  /** Earlier months in which the group had services and no figures are known; `of` and `used` do not include them. */
  readonly unknownMonths: readonly string[];
}

type Grouping = 'service' | 'site' | 'customer';

function groupOf(service: Pick<ServiceInMonth, 'id' | 'site' | 'customer'>, per: Grouping): string | null {
  return per === 'service' ? service.id : service[per];
}

/** The indexes of the payables of each group, in the order of first appearance. All amounts have one currency. */
function grouped(payables: readonly Payable[], per: Grouping): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  for (const [index, { service }] of payables.entries()) {
    const group = groupOf(service, per);
    if (group === null) continue;
    const key = JSON.stringify([group, service.monthlyRent.currency]);
    groups.set(key, [...(groups.get(key) ?? []), index]);
  }
  return groups;
}

/**
 * Applies the caps one kind after another, in the order of the plans, each to the result of the one before. Where the
 * services of a group have different plans, each plan's cap is taken over the whole group and the lowest one applies.
 */
export function applyCaps(
  payables: readonly Payable[],
  month: string,
  history: readonly PastCredit[],
): { readonly payables: readonly Payable[]; readonly caps: readonly CapState[] } {
  const caps: CapState[] = [];
  let current = [...payables];
  for (const { per, over } of kindsOf(payables)) {
    for (const members of grouped(current, per).values()) {
      const chosen = pick(current, members);
      const states = rulesOf(chosen, per, over).flatMap(
        (rule) => capState(rule, chosen, month, history) ?? [],
      );
      const lowest = states.reduce<CapState | null>(
        (least, state) => (least === null || roomOf(state) < roomOf(least) ? state : least),
        null,
      );
      if (lowest === null) continue;
      caps.push(...states.map((state) => ({ ...state, lowest: state === lowest })));
      current = scaled(current, members, roomOf(lowest));
    }
  }
  return { payables: current, caps };
}

/** The amount that a cap leaves for this month, minor units. */
export const roomOf = ({ cap, used }: Pick<CapState, 'cap' | 'used'>): bigint =>
  cap > used ? cap - used : 0n;

type Kind = Pick<CapRule, 'per' | 'over'>;

function kindsOf(payables: readonly Payable[]): Kind[] {
  const kinds = new Map<string, Kind>();
  for (const { credit } of payables)
    for (const { per, over } of credit.caps) kinds.set(`${per} ${over}`, { per, over });
  return [...kinds.values()];
}

interface PlansRule {
  readonly plan: string;
  readonly rule: CapRule;
  readonly field: string;
}

/** The cap rules of one kind from all plans that judge one of the services. */
function rulesOf(members: readonly Payable[], per: Grouping, over: CapRule['over']): PlansRule[] {
  const rules = new Map<CapRule, PlansRule>();
  for (const { plan, credit } of members)
    for (const [index, rule] of credit.caps.entries())
      if (rule.per === per && rule.over === over)
        rules.set(rule, { plan, rule, field: `credit.caps[${index}]` });
  return [...rules.values()];
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
  { plan, rule, field }: PlansRule,
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
    members.flatMap(({ service }) => service.served.map(({ start }) => start)),
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
      ? sum(latestOfEach(members).map(({ service }) => service.monthlyRent.minor))
      : sum(members.map(({ rent }) => rent)) + sum(past.map(({ rent }) => rent.minor));
  return {
    rule,
    plan,
    field,
    group,
    currency,
    of,
    cap: roundHalfUp(multiply(ratio(of), rule.share.of)),
    used: sum(past.map(({ credit }) => credit)),
    asked: sum(members.map(({ amount }) => amount)),
    lowest: true,
    unknownMonths: unknownMonths(members, before, history),
  };
}

/** The earlier months that a cap covers together with this one, oldest first. */
export function monthsBefore(over: CapRule['over'], month: string, starts: readonly LocalDate[]): string[] {
  const count = {
    month: 0,
    quarter: (at(month) - 1) % 3,
    'calendar-year': at(month) - 1,
    'rolling-year': 11,
  };
  const begun = starts.toSorted()[0] ?? `${month}-01`;
  const months = over === 'contract-year' ? (at(month) - at(begun) + 12) % 12 : count[over];
  return Array.from({ length: months }, (_, index) => monthAfter(month, index - months));
}

/** The month's number, 1 to 12. */
const at = (day: string): number => Number(day.slice(5, 7));

/** The earlier months covered by a cap in which a service existed and has no entry. */
function unknownMonths(
  members: readonly Payable[],
  months: readonly string[],
  history: readonly PastCredit[],
): string[] {
  const known = new Set(history.map((entry) => `${entry.month} ${entry.service}`));
  return months.filter((name) =>
    members.some(({ service }) => servedIn(service, name) && !known.has(`${name} ${service.id}`)),
  );
}

/** Whether the service had a day in that month, as far as its terms are known. */
export function servedIn({ served }: Pick<ServiceInMonth, 'served'>, month: string): boolean {
  const [first, after] = [`${month}-01`, `${monthAfter(month, 1)}-01`];
  return served.some(({ start, end }) => start < after && (end === null || end > first));
}

/**
 * Under the first rule set a service with several terms pays one rent at a time: the last term's is its monthly rent.
 */
function latestOfEach(members: readonly Payable[]): Payable[] {
  const latest = new Map<string, Payable>();
  for (const member of members) {
    const known = latest.get(member.service.id);
    if (!known || known.service.start < member.service.start) latest.set(member.service.id, member);
  }
  return [...latest.values()];
}

export const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((total, each) => total + each, 0n);

/**
 * Removes credits too small to be paid: where the credits of a group together are below a plan's minimum, the services
 * of that plan get nothing.
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
