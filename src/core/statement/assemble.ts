import { sum } from '../credit/caps.js';
import { coversLine, coversPath, type ExclusionScope } from '../exclusion.js';
import { type LedgerExclusion, noticeAtOf } from '../ledger/exclusions.js';
import { formatAmount, minorOf } from '../money.js';
import { add, formatShort, multiply, ratio, type Rational, roundHalfUp } from '../number.js';
import { pathEnds } from '../path.js';
import type { Band } from '../plan.js';
import { dueSlots, type PathMonth } from '../quality.js';
import { digestInputs, pathRounds, type PathRounds, roundsOfStatement } from './digest.js';
import type { ExclusionPart, PathPart } from './document-parts.js';
import {
  formatOf,
  type Part,
  type Span,
  type StatementDocument,
  statementId,
  type StatementTotal,
} from './document.js';
import { dayFigures, type DueDay, type MonthFacts, type PlanMonth } from './facts.js';
import { byKey } from './judge-services.js';
import { type Judged, outagePart, partOf, spanOf } from './parts.js';
import { coverage, pathResult } from './result.js';
import { daysOf, formatInstant } from '../time/calendar.js';
import { intersect, type Interval, merge, union } from '../time/intervals.js';

/** Creates the statements of a month one at a time. */
export interface Assembler {
  /** The ids of the services with a day in the month, by code points. */
  readonly services: readonly string[];
  /** Ids of the other services with a day in the month, with the reason why they can't be judged. */
  readonly unjudged: ReadonlyMap<string, string>;
  /** The draft of a service's first revision. Throws a `RangeError` for an id that is not in `services`. */
  draft(service: string): StatementDocument;
}

/** Creates an assembler of the statements of one month; results for shared paths are computed once. */
export function assembler(facts: MonthFacts): Assembler {
  const stretches = byKey(
    facts.plans.flatMap((planMonth) =>
      planMonth.judgement.services.map((service, index) => ({
        planMonth,
        service,
        index,
        judgement: planMonth.judgement,
      })),
    ),
    ({ service }) => service.terms.id,
  );
  const services = [
    ...new Set(facts.plans.flatMap(({ judgement }) => judgement.services.map(({ terms }) => terms.id))),
  ].sort((a, b) => (a < b ? -1 : 1));
  const outagesAt = byKey(facts.outages, ({ port }) => port);
  const pathOf = pathsOnce(facts);
  const unjudged = new Map([
    ...facts.unplanned.map(({ service, reason }) => [service, reason] as const),
    ...facts.plans.flatMap(({ judgement }) =>
      judgement.unjudged.map(({ terms, reason }) => [terms.id, reason] as const),
    ),
  ]);
  return {
    services,
    unjudged,
    draft(id) {
      const own = [...stretches(id)].sort((a, b) => (a.service.terms.start < b.service.terms.start ? -1 : 1));
      const [first] = own;
      if (!first) throw new RangeError(`service ${id} has no day in ${facts.month}`);
      const { terms } = first.service;
      const { currency } = terms.monthlyRent;
      const zone = first.judgement.case.month.zone;
      const parts = own.map(({ planMonth, index }) => partOf(planMonth, index, facts));
      const paths = pathsOf(own, pathOf);
      const exclusions = facts.exclusions.flatMap((each) => exclusionPart(each, own, zone) ?? []);
      const document: StatementDocument = {
        format: formatOf(facts.ruleSet),
        ...(facts.ruleSet === 1 ? {} : { ruleSet: facts.ruleSet }),
        id: statementId(facts.month, id),
        month: facts.month,
        service: id,
        revision: 1,
        state: 'draft',
        toDate: facts.asOf < monthEnd(own) ? formatInstant(facts.asOf, zone) : null,
        customer: terms.customer ?? '',
        site: terms.site,
        sellers: terms.customer === null ? [] : facts.sellersOf(terms.customer, `${facts.month}-01`),
        software: facts.software,
        asOf: formatInstant(facts.asOf, zone),
        currency,
        total: totalOf(parts, currency),
        complete: parts.every(({ complete }) => complete),
        acceptedIncomplete: null,
        parts,
        paths: paths.map(({ part }) => part),
        outages: portsOf(own).flatMap((port) =>
          outagesAt(port).flatMap((each) => outagePart(each, own, facts.exclusions, zone) ?? []),
        ),
        exclusions,
        unobserved: unobservedOf(own, zone),
        shortestSureOutageMs: facts.shortestSureOutageMs,
        change: null,
        inputs: {
          digest: '',
          ledgerHead: facts.ledgerHead,
          rounds: roundsOfStatement(
            paths.map(({ rounds }) => rounds),
            facts.digest,
          ),
          config: facts.config,
          ...(facts.zoneData !== null && { zoneData: facts.zoneData }),
        },
        previous: null,
      };
      return {
        ...document,
        inputs: { ...document.inputs, digest: facts.digest(digestInputs(document)) },
      };
    },
  };
}

type Stretch = Judged & { readonly planMonth: PlanMonth; readonly index: number };

const monthEnd = (parts: readonly Judged[]): number =>
  Math.max(...parts.map(({ judgement }) => judgement.case.month.to));

const portsOf = (parts: readonly Judged[]): string[] => [
  ...new Set(parts.flatMap(({ service }) => service.availability.lines.map(({ pop }) => pop))),
];

function pathsOf(stretches: readonly Stretch[], pathOf: ReturnType<typeof pathsOnce>): PathOnce[] {
  const seen = new Map<string, PathOnce>();
  for (const { planMonth, service, judgement } of stretches) {
    for (const path of service.terms.paths) {
      const key = `${judgement.case.planId} ${path}`;
      const found = seen.has(key) ? null : pathOf(planMonth, path);
      if (found) seen.set(key, found);
    }
  }
  return [...seen.values()];
}

/** When any line of the service was unobserved, within the service's own time. */
function unobservedOf(parts: readonly Judged[], zone: string): Span[] {
  const spans = parts.map(({ service, judgement }) => {
    const lines = new Set(service.terms.lines);
    const unobserved = judgement.case.unobserved.filter(({ line }) => lines.has(line));
    return intersect(merge(unobserved), service.period.spans);
  });
  return union(...spans).map((span) => spanOf(span, zone));
}

/** The total over the parts. */
function totalOf(parts: readonly Part[], currency: string): StatementTotal {
  const add = (amounts: readonly string[]): string =>
    formatAmount(sum(amounts.map((amount) => minorOf(amount, currency))), currency);
  const addKnown = (amounts: readonly (string | null)[]): string | null => {
    const known = amounts.flatMap((amount) => amount ?? []);
    return known.length < amounts.length ? null : add(known);
  };
  const rates = new Set(parts.map(({ tax }) => tax.ratePercent));
  return {
    rent: add(parts.map(({ rent }) => rent)),
    credit: add(parts.map(({ credit }) => credit.amount)),
    tax: addKnown(parts.map(({ tax }) => tax.tax)),
    net: addKnown(parts.map(({ tax }) => tax.net)),
    taxRatePercent: rates.size === 1 ? (parts[0]?.tax.ratePercent ?? null) : null,
  };
}

/** The statement's entry for an approved exclusion; null when it covers none of the service's lines or paths. */
function exclusionPart(
  exclusion: LedgerExclusion,
  judged: readonly Judged[],
  zone: string,
): ExclusionPart | null {
  const { approved, proposed, scope } = exclusion;
  if (approved === null || !judged.some((one) => coversAny(exclusion, one))) return null;
  const noticeAt = noticeAtOf(exclusion);
  return {
    id: exclusion.id,
    kind: exclusion.kind,
    scope: ownScope(scope, judged),
    intervals: inMonths(exclusion, judged).map((each) => spanOf(each, zone)),
    reason: exclusion.reason,
    noticeAt: noticeAt === null ? null : formatInstant(noticeAt, zone),
    proof: exclusion.proof,
    attachments: exclusion.attachments.map(({ sha256, name }) => ({ sha256, name })),
    proposedBy: proposed.actor,
    proposedAt: formatInstant(proposed.at, zone),
    approvedBy: approved.actor,
    approvedAt: formatInstant(approved.at, zone),
  };
}

/** The intervals of an exclusion in the statement's month; a recurring one has intervals in other months too. */
function inMonths({ intervals }: LedgerExclusion, judged: readonly Judged[]): readonly Interval[] {
  // Statements sealed under the first rule set list all intervals.
  if (judged.some(({ judgement }) => judgement.case.ruleSet === 1)) return intervals;
  const months = judged.map(({ judgement }) => judgement.case.month);
  return intervals.filter((each) => months.some(({ from, to }) => each.from < to && each.to > from));
}

/** Whether it covers a line in the service's own time, or a path at any time in the month. */
function coversAny({ scope, intervals }: LedgerExclusion, { service, judgement }: Judged): boolean {
  const within = (from: number, to: number): boolean =>
    intervals.some((each) => each.from < to && each.to > from);
  const { terms, period, availability } = service;
  const { month } = judgement.case;
  const touchesLine = availability.lines.some(({ line, pop }) =>
    coversLine(scope, { line, pop, service: terms.id, customer: terms.customer }),
  );
  if (touchesLine && within(period.from, period.to)) return true;
  return within(month.from, month.to) && terms.paths.some((path) => coversOne(scope, path));
}

function coversOne(scope: ExclusionScope, path: string): boolean {
  const ends = pathEnds(path);
  return ends !== null && coversPath(scope, { id: path, ...ends });
}

/** The scope without the customers and services of others, which a statement must not disclose. */
function ownScope(scope: ExclusionScope, judged: readonly Judged[]): ExclusionScope {
  if (scope === 'all') return scope;
  const terms = judged.map(({ service }) => service.terms);
  const paths = new Set<string>(terms.flatMap((each) => each.paths));
  const ends = [...paths].flatMap((path) => {
    const found = pathEnds(path);
    return found ? [found.source, found.destination] : [];
  });
  const lines = judged.flatMap(({ service }) => service.availability.lines);
  const pops = new Set([...ends, ...lines.map(({ pop }) => pop)]);
  return {
    pops: scope.pops.filter((pop) => pops.has(pop)),
    paths: scope.paths.filter((path) => paths.has(path)),
    lines: scope.lines.filter((line) => lines.some((term) => term.line === line)),
    services: scope.services.filter((service) => terms.some(({ id }) => id === service)),
    customers: scope.customers.filter((customer) => terms.some((each) => each.customer === customer)),
  };
}

/** A path as it appears in every statement that names it. */
interface PathOnce {
  readonly part: PathPart;
  readonly rounds: PathRounds;
}

/** Calculates each path of each plan's month when the first statement needs it, and remembers the result. */
function pathsOnce(facts: MonthFacts): (planMonth: PlanMonth, path: string) => PathOnce | null {
  const known = new Map<PlanMonth, ReturnType<typeof planPaths>>();
  return (planMonth, path) => {
    const paths = known.get(planMonth) ?? planPaths(planMonth, facts);
    known.set(planMonth, paths);
    return paths(path);
  };
}

function planPaths(planMonth: PlanMonth, facts: MonthFacts): (path: string) => PathOnce | null {
  const { case: monthCase, paths } = planMonth.judgement;
  const byId = new Map<string, (typeof paths)[number]>(paths.map((path) => [path.path, path]));
  const days = dueDays(planMonth, facts.asOf);
  const made = new Map<string, PathOnce>();
  return (id) => {
    const path = byId.get(id);
    if (!path) return null;
    const figures = made.get(id) ?? {
      part: pathPart(path, planMonth, days),
      rounds: pathRounds(path.path, daysOf(monthCase.month), planMonth.partsOf(path.path), facts.digest),
    };
    made.set(id, figures);
    return figures;
  };
}

/** The days that have begun, with the number of slots due in them until now. */
function dueDays({ judgement }: PlanMonth, asOf: number): DueDay[] {
  const { month, plan } = judgement.case;
  const slots = dueSlots(month, plan).filter((slot) => slot < asOf);
  return daysOf(month)
    .filter(({ from }) => from < asOf)
    .map((day) => ({ ...day, slots: slots.filter((slot) => day.from <= slot && slot < day.to) }));
}

/** A path of a plan's month in the form of a statement. */
function pathPart(path: PathMonth, planMonth: PlanMonth, days: readonly DueDay[]): PathPart {
  const { planId, plan } = planMonth.judgement.case;
  const { path: id, ...result } = pathResult(path, plan.latency.excessDecimals);
  const percent = (value: Rational | null): string | null => value && formatShort(value, 15);
  return {
    path: id,
    plan: planId,
    ...result,
    loss: {
      roundsDue: path.loss.due,
      roundsHeld: path.loss.held,
      coveragePercent: coverage(path.loss),
    },
    commitmentUs: percent(path.commitmentUs),
    latencyBands: plan.latency.bands.map((band) => ({
      id: band.id,
      upToPercent: percent(band.upToPercent),
      upToUs: edgeUs(band, path.commitmentUs),
    })),
    lossBands: plan.loss.bands.map(({ id: band, upToPercent }) => ({
      id: band,
      upToPercent: percent(upToPercent),
    })),
    days: dayFigures(path, days, planMonth.partsOf(id)),
    measuredBy: planMonth.measuredBy(id),
  };
}

/** Commitment plus excess, microseconds, for a line in a chart; judgements use the rounded excess instead. */
function edgeUs({ upToPercent }: Band, commitmentUs: Rational | null): number | null {
  if (upToPercent === null || commitmentUs === null) return null;
  const factor = add(ratio(1n), multiply(upToPercent, ratio(1n, 100n)));
  return Number(roundHalfUp(multiply(commitmentUs, factor)));
}
