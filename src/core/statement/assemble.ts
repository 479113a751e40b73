import { intersect, merge, union } from '../time/intervals.js';
import { formatInstant } from '../time/zone.js';
import { byKey } from './by-key.js';
import { formatOf, statementId, type StatementDocument } from './document.js';
import type { Span } from './document.js';
import { exclusionPart } from './exclusion-part.js';
import type { MonthFacts, PlanMonth } from './facts.js';
import { outagePart, type Judged } from './outage-part.js';
import { partOf, spanOf } from './part-of.js';
import { pathsOnce, type PathOnce } from './paths-once.js';
import { roundsOfStatement } from './round-digest.js';
import { substanceOf } from './substance.js';
import { totalOf } from './totals.js';

/** A month whose statements can be asked for one by one. */
export interface Assembler {
  /** The services that have a day in the month, by code points. */
  readonly services: readonly string[];
  /** Why the other services with a day in it can't be judged, by id. */
  readonly unjudged: ReadonlyMap<string, string>;
  /** The first revision's draft of a service. Throws a `RangeError` for one that is not among `services`. */
  draft(service: string): StatementDocument;
}

/** Statements of one month, made one by one: what they share (paths) is worked out once. */
export function assembler(facts: MonthFacts): Assembler {
  const stretches = byKey(
    facts.plans.flatMap((planMonth) =>
      planMonth.judgement.services.map((service, index) => ({
        ...{ planMonth, service, index, judgement: planMonth.judgement },
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
        },
        previous: null,
      };
      return {
        ...document,
        inputs: { ...document.inputs, digest: facts.digest(substanceOf(document)) },
      };
    },
  };
}

type Stretch = Judged & { readonly planMonth: PlanMonth; readonly index: number };

const monthEnd = (own: readonly Judged[]): number =>
  Math.max(...own.map(({ judgement }) => judgement.case.month.to));

const portsOf = (own: readonly Judged[]): string[] => [
  ...new Set(own.flatMap(({ service }) => service.availability.lines.map(({ pop }) => pop))),
];

function pathsOf(own: readonly Stretch[], pathOf: ReturnType<typeof pathsOnce>): PathOnce[] {
  const seen = new Map<string, PathOnce>();
  for (const { planMonth, service, judgement } of own) {
    for (const path of service.terms.paths) {
      const key = `${judgement.case.planId} ${path}`;
      const found = seen.has(key) ? null : pathOf(planMonth, path);
      if (found) seen.set(key, found);
    }
  }
  return [...seen.values()];
}

/** When any line of the service was watched by nobody, in its own time. */
function unobservedOf(own: readonly Judged[], zone: string): Span[] {
  const spans = own.map(({ service, judgement }) => {
    const lines = new Set(service.terms.lines);
    const unobserved = judgement.case.unobserved.filter(({ line }) => lines.has(line));
    return intersect(merge(unobserved), service.period.spans);
  });
  return union(...spans).map((span) => spanOf(span, zone));
}
