import { hasAmounts } from '../core/statement/extract.js';
import type { StatementDocument } from '../core/statement/document.js';

export const qualityBase = '/tmf-api/serviceQualityManagement/v4';
export const slaBase = '/tmf-api/slaManagement/v2';

/** One promise of a service's month with what came of it, as a statement has it. */
interface Objective {
  readonly id: string;
  readonly name: string;
  readonly metric: 'availability' | 'latency' | 'loss';
  /** Null: of the whole service. */
  readonly path: string | null;
  readonly unit: '%' | 'us';
  readonly comparator: '>=' | '<=';
  /** In `unit`; null: nothing is promised. */
  readonly target: string | null;
  /** In `unit`; null: it was not measured. */
  readonly actual: string | null;
  /** Of availability, with the time that nobody watched counted as down. */
  readonly lowerBound: string | null;
  /** Of latency and loss. */
  readonly band: string | null;
  /** Null: too little was observed to tell. */
  readonly met: boolean | null;
  readonly from: string;
  readonly to: string;
  /** The credit that follows from it, where it is known. */
  readonly consequence: string | null;
}

/** Parts per million as a percentage, in digits: 166667 is 16.6667. */
function percentOfPpm(ppm: number): string {
  const digits = String(ppm).padStart(5, '0');
  const fraction = digits.slice(-4).replace(/0+$/, '');
  return `${digits.slice(0, -4)}${fraction && `.${fraction}`}`;
}

/**
 * The promises of a month: the availability of the service, and the mean latency and loss of each path. Latency and
 * loss meet their commitment in the first band of the plan, which is what the contract judges them by.
 */
export function objectivesOf(document: StatementDocument): Objective[] {
  const { month, service, parts, paths, currency } = document;
  const [first] = parts;
  if (first === undefined) return [];
  const id = (metric: string, of: string | null): string =>
    [month, service, metric, ...(of === null ? [] : [of])].join('.');
  const availability = parts.map((part, index): Objective => {
    const { credit, period } = part;
    return {
      id: id('availability', parts.length > 1 ? String(index + 1) : null),
      name: `Availability of ${service}`,
      metric: 'availability',
      path: null,
      unit: '%',
      comparator: '>=',
      target: part.commitmentPercent,
      actual: part.availabilityPercent,
      lowerBound: part.availabilityLowerBoundPercent ?? null,
      band: null,
      met: part.met,
      from: period.from,
      to: period.to,
      consequence: hasAmounts(document)
        ? `credit of ${credit.percent} %: ${credit.amount} ${currency}`
        : null,
    };
  });
  const quality = paths.flatMap((path): Objective[] => {
    const whole = {
      path: path.path,
      lowerBound: null,
      from: first.period.from,
      to: first.period.to,
      consequence: null,
    };
    const met = (band: string | null, bands: readonly { readonly id: string }[]): boolean | null =>
      band === null ? null : band === bands[0]?.id;
    return [
      {
        ...whole,
        id: id('latency', path.path),
        name: `Mean latency of ${path.path}`,
        metric: 'latency',
        unit: 'us',
        comparator: '<=',
        target: path.commitmentUs,
        actual: path.latencyUs === null ? null : String(path.latencyUs),
        band: path.latencyBand,
        met: met(path.latencyBand, path.latencyBands),
      },
      {
        ...whole,
        id: id('loss', path.path),
        name: `Mean loss of ${path.path}`,
        metric: 'loss',
        unit: '%',
        comparator: '<=',
        target: path.lossBands[0]?.upToPercent ?? null,
        actual: path.lossPpm === null ? null : percentOfPpm(path.lossPpm),
        band: path.lossBand,
        met: met(path.lossBand, path.lossBands),
      },
    ];
  });
  return [...availability, ...quality];
}

const serviceRef = (document: StatementDocument) => ({
  '@type': 'RelatedEntity',
  role: 'service',
  id: document.service,
  '@referredType': 'Service',
});

const customerRef = ({ customer }: StatementDocument) => ({
  '@type': 'RelatedParty',
  role: 'customer',
  id: customer,
  '@referredType': 'Organization',
});

const href = (base: string, resource: string, id: string): string =>
  `${base}/${resource}/${encodeURIComponent(id)}`;

/** A promise as a ServiceLevelObjective of TMF657 v4. `conformance` is an extension: what came of it in the period. */
export function objectiveJson(document: StatementDocument, of: Objective) {
  const { toDate, state, revision, complete } = document;
  return {
    '@type': 'ServiceLevelObjective',
    '@baseType': 'ServiceLevelObjective',
    id: of.id,
    href: href(qualityBase, 'serviceLevelObjective', of.id),
    name: of.name,
    ...(of.target !== null && { conformanceTarget: of.target }),
    conformanceComparator: of.comparator,
    conformancePeriod: { startDateTime: of.from, endDateTime: of.to },
    serviceLevelObjectiveParameter: {
      '@type': 'ServiceLevelSpecParameter',
      id: of.metric,
      name: of.metric,
      unit: of.unit,
    },
    ...(of.consequence !== null && {
      serviceLevelObjectiveConsequence: [
        { '@type': 'ServiceLevelSpecConsequence', prescribedAction: of.consequence },
      ],
    }),
    relatedEntity: [
      serviceRef(document),
      ...(of.path === null
        ? []
        : [{ '@type': 'RelatedEntity', role: 'path', id: of.path, '@referredType': 'Resource' }]),
    ],
    relatedParty: [customerRef(document)],
    conformance: {
      '@type': 'ObjectiveConformance',
      value: of.actual,
      lowerBound: of.lowerBound,
      band: of.band,
      met: of.met,
      complete,
      statement: { id: document.id, state, revision, href: `/api/v1/statements/${document.id}` },
      toDate,
    },
  };
}

/** As the examples of TMF623 have them. */
const operators = { '>=': '.ge', '<=': '.le' } as const;

/** A rule of an SLA, in the words of TMF623. */
const ruleJson = (of: Objective) => ({
  id: of.id,
  metric: of.metric,
  unit: of.unit,
  referenceValue: of.target,
  operator: operators[of.comparator],
  tolerance: null,
  consequence: of.consequence,
});

/** What a service was promised in a month, as an SLA of TMF623: its template is the plan with the class. */
export function slaJson(document: StatementDocument) {
  const { service, month, parts } = document;
  const part = parts.at(-1);
  const id = `${month}.${service}`;
  return {
    '@type': 'Sla',
    id,
    href: href(slaBase, 'sla', id),
    name: service,
    description: `What ${service} was promised in ${month}`,
    version: part?.plan.version ?? null,
    validFor: { startDateTime: parts[0]?.period.from ?? null, endDateTime: part?.period.to ?? null },
    // The name of the first edition.
    validityPeriod: { startTime: parts[0]?.period.from ?? null, endTime: part?.period.to ?? null },
    state: document.state === 'sealed' ? 'sealed' : 'inProgress',
    template: part
      ? {
          id: `${part.plan.id}.${part.class}`,
          href: `/api/v1/plans/${encodeURIComponent(part.plan.id)}`,
          name: `${part.plan.id} ${part.plan.version}, ${part.class}`,
        }
      : null,
    relatedParty: [customerRef(document)],
    relatedEntity: [serviceRef(document)],
    rule: objectivesOf(document)
      .filter(({ target }) => target !== null)
      .map(ruleJson),
  };
}

/** A promise that was not kept, as an SlaViolation of TMF623. */
export function violationJson(document: StatementDocument, of: Objective) {
  const sla = `${document.month}.${document.service}`;
  return {
    '@type': 'SlaViolation',
    id: of.id,
    href: href(slaBase, 'slaViolation', of.id),
    date: of.to,
    sla: {
      id: sla,
      href: href(slaBase, 'sla', sla),
      description: `What ${document.service} was promised in ${document.month}`,
    },
    relatedParty: [customerRef(document)],
    relatedEntity: [serviceRef(document)],
    rule: ruleJson(of),
    violation: {
      unit: of.unit,
      referenceValue: of.target,
      operator: operators[of.comparator],
      actualValue: of.actual,
      tolerance: null,
      consequence: of.consequence,
      comment: of.path === null ? of.name : `${of.name}: band ${of.band ?? ''}`,
      attachment: {
        href: `/api/v1/statements/${document.id}`,
        description: `The statement of ${document.month} for ${document.service}`,
      },
      rule: { id: of.id, description: of.name },
    },
  };
}
