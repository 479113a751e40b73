import type { Gauge } from 'prom-client';
import { currencyDecimals } from '../core/money/currency.js';
import { formatUnits } from '../core/number/decimal.js';
import type { ServiceStanding } from '../core/statement/standing.js';
import type { MetricMaker } from './make.js';
import { metricNames } from './names.js';
import { toNumber } from './windows.js';

/** The series of the services: those of the latest judgement, and no others. */
export interface ServiceSeries {
  readonly services: (standings: readonly ServiceStanding[]) => void;
  /** Rents and credits are shown or not. */
  readonly setMoney: (on: boolean) => void;
}

export function serviceSeries(make: MetricMaker): ServiceSeries {
  const gauges = {
    info: make.gauge(metricNames.service),
    availability: make.gauge(metricNames.serviceAvailability),
    toDate: make.gauge(metricNames.serviceToDate),
    line: make.gauge(metricNames.lineAvailability),
    commitment: make.gauge(metricNames.serviceCommitment),
    used: make.gauge(metricNames.outageUsed),
    allowed: make.gauge(metricNames.outageAllowed),
    excused: make.gauge(metricNames.excused),
    unobserved: make.gauge(metricNames.serviceUnobserved),
    next: make.gauge(metricNames.nextStep),
    periodEnd: make.gauge(metricNames.periodEnd),
    credit: make.gauge(metricNames.credit),
    projected: make.gauge(metricNames.creditProjected),
    creditNext: make.gauge(metricNames.creditNext),
    rent: make.gauge(metricNames.rent),
  };
  let money = false;
  let latest: readonly ServiceStanding[] = [];

  const show = (one: ServiceStanding): void => {
    const { service, customer, site, plan, next } = one;
    gauges.info.set({ service, customer: customer ?? '', site, class: one.class, plan }, 1);
    gauges.availability.set({ service }, toNumber(one.availability));
    setOrNot(gauges.toDate, service, one.toDate && toNumber(one.toDate));
    gauges.commitment.set({ service }, toNumber(one.commitment));
    gauges.used.set({ service }, one.unavailableMs / 1000);
    gauges.allowed.set({ service }, one.allowedMs / 1000);
    gauges.excused.set({ service }, one.excusedMs / 1000);
    gauges.unobserved.set({ service }, one.unobservedMs / 1000);
    setOrNot(gauges.next, service, next && next.leftMs / 1000);
    gauges.periodEnd.set({ service }, one.periodEnd / 1000);
    for (const { line, pop, availability } of one.lines)
      gauges.line.set({ service, line, port: pop }, toNumber(availability));
    if (money) showMoney(one);
  };

  const showMoney = ({ service, money: amounts }: ServiceStanding): void => {
    const { currency } = amounts;
    const labels = { service, currency };
    gauges.rent.set(labels, units(amounts.rent, currency));
    gauges.credit.set(labels, units(amounts.credit, currency));
    gauges.projected.set(labels, units(amounts.projected, currency));
    if (amounts.nextStep !== null) gauges.creditNext.set(labels, units(amounts.nextStep, currency));
  };

  const showAll = (): void => {
    for (const gauge of Object.values(gauges)) gauge.reset();
    latest.forEach(show);
  };
  return {
    services: (standings) => {
      latest = standings;
      showAll();
    },
    setMoney: (on) => {
      money = on;
      showAll();
    },
  };
}

function setOrNot(gauge: Gauge, service: string, value: number | null): void {
  if (value !== null) gauge.set({ service }, value);
}

/** Minor units as the currency's own, for a person's eye. */
const units = (minor: bigint, currency: string): number =>
  Number(formatUnits(minor, currencyDecimals(currency) ?? 2));
