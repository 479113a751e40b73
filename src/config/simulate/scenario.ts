import { addDays, daysBetween, isLocalDate, type LocalDate } from '../../core/time/date.js';
import type { Interval } from '../../core/time/intervals.js';
import { monthAfter } from '../../core/time/month.js';
import { startOfDay } from '../../core/time/zone.js';
import { buildBackbone, mostPops, type Backbone } from './backbone.js';
import { writeCustomers, type CustomersFile } from './customers.js';
import type { History } from './happenings.js';
import { writeHistory } from './history.js';

/** What is asked for. */
export interface ScenarioOptions {
  readonly pops: number;
  readonly seed: number;
  readonly services: number;
  /** The first day that is simulated, and the first one that is not any more. */
  readonly from: LocalDate;
  readonly until: LocalDate;
}

/** A backbone, what happened to it, and who bought what on it: all by the seed. */
export interface Scenario {
  readonly backbone: Backbone;
  readonly history: History;
  readonly customers: CustomersFile;
}

/** Days are those of the plan that the services are judged by. */
export const scenarioZone = 'Asia/Hong_Kong';
/** No service can be older than the plan. */
export const earliestDay = '2024-05-01';

export const scenarioBounds = {
  pops: { least: 3, most: mostPops },
  months: { least: 1, most: 36 },
  seed: { least: 0, most: 4_294_967_295 },
  services: { least: 0, most: 5_000 },
} as const;

/** The same day so many months earlier; the last of a month that has no such day. */
export function monthsBefore(date: LocalDate, months: number): LocalDate {
  const month = monthAfter(date.slice(0, 7), -months);
  for (let day = Number(date.slice(8)); ; day -= 1) {
    const candidate = `${month}-${String(day).padStart(2, '0')}`;
    if (isLocalDate(candidate)) return candidate;
  }
}

export function writeScenario({ pops, seed, services, from, until }: ScenarioOptions): Scenario {
  const period: Interval = { from: startOfDay(from, scenarioZone), to: startOfDay(until, scenarioZone) };
  const backbone = buildBackbone(seed, pops);
  const changeDay = addDays(from, Math.ceil(daysBetween(from, until) / 2));
  return {
    backbone,
    history: writeHistory(backbone, period),
    customers: writeCustomers({ backbone, services, firstDay: from, changeDay }),
  };
}
