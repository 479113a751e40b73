import { currencyDecimals } from '../core/money.js';
import { formatUnits, type Rational } from '../core/number.js';
import type { ServiceStanding } from '../core/statement/standing.js';
import { metricNames } from './names.js';
import { textFamily, type TextFamily } from './make.js';
import { toNumber } from './paths.js';

/** The series of the services: those of the latest judgement, and no others. */
interface ServiceSeries {
  /** Hundreds of services have thousands of series: they are kept as text, as those of paths are. */
  readonly families: readonly TextFamily[];
  readonly services: (standings: readonly ServiceStanding[]) => void;
  /** Rents and credits are shown or not. */
  readonly setMoney: (on: boolean) => void;
}

export function serviceSeries(): ServiceSeries {
  const families = {
    info: textFamily(metricNames.service, 'gauge'),
    availability: textFamily(metricNames.serviceAvailability, 'gauge'),
    lowerBound: textFamily(metricNames.serviceLowerBound, 'gauge'),
    toDate: textFamily(metricNames.serviceToDate, 'gauge'),
    toDateLowerBound: textFamily(metricNames.serviceToDateLowerBound, 'gauge'),
    observed: textFamily(metricNames.serviceObserved, 'gauge'),
    line: textFamily(metricNames.lineAvailability, 'gauge'),
    lineLowerBound: textFamily(metricNames.lineLowerBound, 'gauge'),
    lineObserved: textFamily(metricNames.lineObserved, 'gauge'),
    commitment: textFamily(metricNames.serviceCommitment, 'gauge'),
    used: textFamily(metricNames.outageUsed, 'gauge'),
    allowed: textFamily(metricNames.outageAllowed, 'gauge'),
    excused: textFamily(metricNames.excused, 'gauge'),
    unobserved: textFamily(metricNames.serviceUnobserved, 'gauge'),
    next: textFamily(metricNames.nextStep, 'gauge'),
    periodStart: textFamily(metricNames.periodStart, 'gauge'),
    periodEnd: textFamily(metricNames.periodEnd, 'gauge'),
    credit: textFamily(metricNames.credit, 'gauge'),
    projected: textFamily(metricNames.creditProjected, 'gauge'),
    creditNext: textFamily(metricNames.creditNext, 'gauge'),
    rent: textFamily(metricNames.rent, 'gauge'),
  };
  let money = false;
  let latest: readonly ServiceStanding[] = [];

  const show = (one: ServiceStanding): void => {
    const { service, customer, site, plan, next } = one;
    const { currency, ...amounts } = one.money;
    const put = (
      family: TextFamily,
      value: number | null,
      more: Readonly<Record<string, string>> = {},
    ): void => {
      family.set(service, value === null ? [] : [family.sample({ service, ...more }, value)]);
    };
    put(families.info, 1, { customer: customer ?? '', site, class: one.class, plan });
    put(families.availability, toNumber(one.availability));
    put(families.lowerBound, toNumber(one.lowerBound));
    put(families.toDate, one.toDate && toNumber(one.toDate.availability));
    put(families.toDateLowerBound, one.toDate && toNumber(one.toDate.lowerBound));
    put(families.observed, one.observed && toNumber(one.observed));
    put(families.commitment, toNumber(one.commitment));
    put(families.used, one.unavailableMs / 1000);
    put(families.allowed, one.allowedMs / 1000);
    put(families.excused, one.excusedMs / 1000);
    put(families.unobserved, one.unobservedMs / 1000);
    put(families.next, next && next.leftMs / 1000);
    put(families.periodStart, one.periodStart / 1000);
    put(families.periodEnd, one.periodEnd / 1000);
    const putLines = (
      family: TextFamily,
      valueOf: (line: ServiceStanding['lines'][number]) => Rational | null,
    ): void => {
      const samples = one.lines.flatMap((of) => {
        const value = valueOf(of);
        return value === null
          ? []
          : [family.sample({ service, line: of.line, port: of.pop }, toNumber(value))];
      });
      family.set(service, samples);
    };
    putLines(families.line, ({ availability }) => availability);
    putLines(families.lineLowerBound, ({ lowerBound }) => lowerBound);
    putLines(families.lineObserved, ({ observed }) => observed);
    const amount = (family: TextFamily, minor: bigint | null): void => {
      put(family, money && minor !== null ? units(minor, currency) : null, { currency });
    };
    amount(families.rent, amounts.rent);
    amount(families.credit, amounts.credit);
    amount(families.projected, amounts.projected);
    amount(families.creditNext, amounts.nextStep);
  };

  return {
    families: Object.values(families),
    services: (standings) => {
      const gone = latest;
      latest = standings;
      const there = new Set(standings.map(({ service }) => service));
      for (const { service } of gone)
        if (!there.has(service)) for (const family of Object.values(families)) family.set(service, []);
      latest.forEach(show);
    },
    setMoney: (on) => {
      money = on;
      latest.forEach(show);
    },
  };
}

/** Minor units as the currency's own, for a person's eye. */
const units = (minor: bigint, currency: string): number =>
  Number(formatUnits(minor, currencyDecimals(currency) ?? 2));
