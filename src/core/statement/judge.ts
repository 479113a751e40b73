import { applyCaps, applyMinimum, type CapState, type Payable, roomOf, sum } from '../credit/caps.js';
import { type CountedRound, figuresFromRounds, type FiguresOf } from '../measurement/figures.js';
import { compare, type Rational } from '../number.js';
import { dueSlots, judgePath, type PathMonth } from '../quality.js';
import { alwaysDue, notDueIn } from '../time/slot.js';
import type { PathId } from '../types.js';
import {
  byKey,
  type Foreseen,
  judgeServices,
  rentOf,
  type SiteRents,
  type UncappedService,
  type UnjudgedService,
} from './judge-services.js';
import type { LineInterval, MonthCase, ServiceInMonth } from './case.js';

/** One service's month with everything that led to its amount. */
export interface ServiceMonth extends UncappedService {
  /** After the caps and before the minimum, minor units. */
  readonly afterCaps: bigint;
  readonly amount: bigint;
}

/** A site with all of its services, whatever plans judge them. */
export interface SiteMonth {
  readonly site: string;
  readonly currency: string;
  readonly rent: bigint;
  /** The lowest monthly site cap of the plans, minor units; null: no plan has one. */
  readonly cap: bigint | null;
  readonly credit: bigint;
}

export interface MonthJudgement {
  readonly case: MonthCase;
  readonly services: readonly ServiceMonth[];
  /** Services that could not be judged; they are not included in sites and caps. */
  readonly unjudged: readonly UnjudgedService[];
  /** The sites of its services, including the services there that other plans judge. */
  readonly sites: readonly SiteMonth[];
  /** The caps that affect one of its services. */
  readonly caps: readonly CapState[];
  readonly paths: readonly PathMonth[];
  readonly roundsOf: (path: PathId) => readonly CountedRound[];
  readonly figuresOf: FiguresOf;
}

/** One plan's month, with optional values that replace what would be calculated from its rounds. */
export interface JudgeInput {
  readonly case: MonthCase;
  /** Figures from sums made elsewhere, such as in the database. */
  readonly figures?: FiguresOf;
  /** Path results that were calculated earlier from the same figures. */
  readonly paths?: readonly PathMonth[];
  /** Replaces the observed availability, for projections. */
  readonly foreseen?: Foreseen;
}

/** Judges one plan's month by itself: a pure function of the case. */
export function judgeMonth(
  monthCase: MonthCase,
  figures?: FiguresOf,
  judgedPaths?: readonly PathMonth[],
  foreseen?: Foreseen,
): MonthJudgement {
  const [judged] = judgeMonths([
    {
      case: monthCase,
      ...(figures && { figures }),
      ...(judgedPaths && { paths: judgedPaths }),
      ...(foreseen && { foreseen }),
    },
  ]);
  if (!judged) throw new RangeError('one month was asked for');
  return judged;
}

/**
 * Judges one month of several plans together, because sites and caps span plans. All inputs must have the same month
 * name and rule set. The result has one judgement for each input, in order.
 */
export function judgeMonths(inputs: readonly JudgeInput[]): MonthJudgement[] {
  // Under the first rule set every plan's month is judged separately.
  if (inputs.length > 1 && inputs.some((input) => input.case.ruleSet === 1))
    return inputs.flatMap((input) => judgeMonths([input]));
  const siteRents = rentsBySite(inputs.map((input) => input.case));
  const parts = inputs.map((input) => {
    const roundsOf = byKey(input.case.rounds, (round) => round.path);
    const figuresOf = input.figures ?? figuresFromRounds(roundsOf);
    const paths = input.paths ?? judgePaths(input.case, figuresOf);
    const { foreseen } = input;
    const judged = judgeServices(input.case, {
      paths,
      figuresOf,
      siteRents,
      ...(foreseen && { foreseen }),
    });
    return { case: input.case, paths, roundsOf, figuresOf, ...judged };
  });
  const owners = parts.flatMap((part, owner) => part.services.map((service) => ({ owner, service })));
  const { payables, caps } = applyCaps(
    owners.map(({ owner, service }) => payableOf(parts[owner]?.case, service)),
    inputs[0]?.case.month.name ?? '',
    historyOf(inputs),
  );
  const paid = applyMinimum(payables);
  const sites = sitesOf(paid, caps);
  const services = owners.map(({ owner, service }, index) => ({
    owner,
    service: {
      ...service,
      afterCaps: payables[index]?.amount ?? 0n,
      amount: paid[index]?.amount ?? 0n,
    },
  }));
  return parts.map((part, owner) => {
    const members = services.filter((each) => each.owner === owner).map(({ service }) => service);
    if (parts.length === 1) return { ...part, services: members, sites, caps };
    const named = new Set(members.map(({ terms }) => siteKey(terms)));
    return {
      ...part,
      services: members,
      sites: sites.filter(({ site, currency }) => named.has(JSON.stringify([site, currency]))),
      caps: caps.filter((cap) => members.some(({ terms }) => touches(cap, terms))),
    };
  });
}

/** Whether a cap applies to the service, alone or together with others. */
export function touches({ rule, group, currency }: CapState, service: ServiceInMonth): boolean {
  const member = rule.per === 'service' ? service.id : service[rule.per];
  return member === group && currency === service.monthlyRent.currency;
}

function payableOf(monthCase: MonthCase | undefined, { terms, rent, uncapped }: UncappedService): Payable {
  if (!monthCase) throw new RangeError('a service without its case');
  return {
    service: terms,
    plan: monthCase.planId,
    credit: monthCase.plan.credit,
    rent,
    amount: uncapped,
  };
}

/** The credit history. Each case of a month has that of the whole year before, or none where its plan needs none. */
const historyOf = (inputs: readonly JudgeInput[]): MonthCase['history'] =>
  inputs.find((input) => input.case.history.length > 0)?.case.history ?? [];

/** A site normally has one currency; with two, their amounts must not be added, so the key contains the currency. */
const siteKey = ({ site, monthlyRent }: ServiceInMonth): string =>
  JSON.stringify([site, monthlyRent.currency]);

function rentsBySite(cases: readonly MonthCase[]): (service: ServiceInMonth) => SiteRents {
  const rents = new Map<string, SiteRents>();
  for (const { services, month } of cases) {
    for (const service of services) {
      const { billed, fullMonth } = rents.get(siteKey(service)) ?? { billed: 0n, fullMonth: 0n };
      rents.set(siteKey(service), {
        billed: billed + rentOf(service, month.days),
        fullMonth: fullMonth + service.monthlyRent.minor,
      });
    }
  }
  return (service) => rents.get(siteKey(service)) ?? { billed: 0n, fullMonth: 0n };
}

/**
 * The result of every path: first those that the services name, then those with commitments, then those with rounds.
 */
function judgePaths(monthCase: MonthCase, figuresOf: FiguresOf): readonly PathMonth[] {
  const { month, plan, exclusions, commitments, due } = monthCase;
  const slots = dueSlots(month, plan);
  const committed = new Map(commitments.map(({ path, latencyUs }) => [path, latencyUs]));
  const named = new Set<PathId>(monthCase.pathOrder);
  for (const service of monthCase.services) service.paths.forEach((path) => named.add(path));
  for (const { path } of commitments) named.add(path);
  for (const { path } of monthCase.rounds) named.add(path);
  return [...named].map((path) =>
    judgePath({
      path,
      plan,
      slots,
      notDue: notDueIn(month, due?.get(path) ?? alwaysDue),
      figuresOf,
      exclusions,
      commitmentUs: committed.get(path) ?? null,
      dscp: monthCase.dscp?.get(path) ?? null,
    }),
  );
}

function sitesOf(payables: readonly Payable[], caps: readonly CapState[]): SiteMonth[] {
  const sites = new Map<string, Payable[]>();
  for (const payable of payables) {
    const key = siteKey(payable.service);
    sites.set(key, [...(sites.get(key) ?? []), payable]);
  }
  return [...sites.values()].flatMap((members) => {
    const [first] = members;
    if (!first) return [];
    const { site, monthlyRent } = first.service;
    const cap = caps.find(
      ({ rule, group, currency, lowest }) =>
        lowest &&
        rule.per === 'site' &&
        rule.over === 'month' &&
        group === site &&
        currency === monthlyRent.currency,
    );
    return [
      {
        site,
        currency: monthlyRent.currency,
        rent: sum(members.map(({ rent }) => rent)),
        cap: cap ? roomOf(cap) : null,
        credit: sum(members.map(({ amount }) => amount)),
      },
    ];
  });
}

/** The case's outages with their edges moved as far as the measurement allows. */
export interface OutageBounds {
  /** Each from its earliest start to its latest end. */
  readonly longest: readonly LineInterval[];
  /** Each from its latest start to its earliest end; an empty or reversed interval is no outage. */
  readonly shortest: readonly LineInterval[];
}

/** The range of one service's figures given the uncertainty of its outages' edges. */
export interface ServiceBounds {
  /** Shares of 1, exact. */
  readonly availabilityLow: Rational;
  readonly availabilityHigh: Rational;
  /** Minor units, after the caps and the minimum. */
  readonly creditLow: bigint;
  readonly creditHigh: bigint;
}

/**
 * Judges the months of several plans twice more, with every outage at its longest and at its shortest. The result has
 * bounds for each of their services, in order, and the judged figures lie within them. `moved` has one entry for each
 * of `judged`.
 */
export function boundsOf(
  judged: readonly MonthJudgement[],
  moved: readonly OutageBounds[],
): ServiceBounds[][] {
  const again = (outagesOf: (bounds: OutageBounds) => readonly LineInterval[]): readonly MonthJudgement[] => {
    const outages = judged.map((_, index) => (moved[index] ? outagesOf(moved[index]) : []));
    if (judged.every((one, index) => one.case.outages.length === 0 && outages[index]?.length === 0))
      return judged;
    return judgeMonths(
      judged.map((one, index) => ({
        case: { ...one.case, outages: outages[index] ?? [] },
        figures: one.figuresOf,
        paths: one.paths,
      })),
    );
  };
  const all = [judged, again(({ longest }) => longest), again(({ shortest }) => shortest)];
  return judged.map((one, plan) =>
    one.services.map((_, index) => between(all.flatMap((each) => each[plan]?.services[index] ?? []))),
  );
}

function between(services: readonly ServiceMonth[]): ServiceBounds {
  // A cap is shared: when other services' outages are longer too, a service may get less. So either end may be the
  // lower one.
  const shares = services.map(({ availability }) => availability.availability).sort(compare);
  const amounts = services.map(({ amount }) => amount).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const [availabilityLow, availabilityHigh] = [shares[0], shares.at(-1)];
  const [creditLow, creditHigh] = [amounts[0], amounts.at(-1)];
  if (!availabilityLow || !availabilityHigh || creditLow === undefined || creditHigh === undefined)
    throw new RangeError('a month was judged without its services');
  return { availabilityLow, availabilityHigh, creditLow, creditHigh };
}

export const availabilityDiffers = ({ availabilityLow, availabilityHigh }: ServiceBounds): boolean =>
  compare(availabilityLow, availabilityHigh) !== 0;

export const creditDiffers = ({ creditLow, creditHigh }: ServiceBounds): boolean => creditLow !== creditHigh;
