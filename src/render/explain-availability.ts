import type { LineAvailability } from '../core/availability/availability.js';
import { coversLine } from '../core/exclusion.js';
import { asPercent, formatDown, formatShort } from '../core/number.js';
import type { MonthCase } from '../core/statement/case.js';
import type { ServiceMonth } from '../core/statement/judge.js';
import { intersect, type Interval, merge, totalMs } from '../core/time/intervals.js';
import { grouped, indented, milliseconds, source, span } from './explain-text.js';

/** From the outages of each line to the service's availability. */
export function explainAvailability(service: ServiceMonth, monthCase: MonthCase): string[] {
  const { availability, serviceClass } = service;
  const { plan, month } = monthCase;
  const { wholeMs } = availability;
  const lines = availability.lines.flatMap((line) => explainLine(line, service, monthCase));
  const allDown =
    availability.lines.length === 1
      ? []
      : [
          `${together(service)}, each without its excused time:`,
          ...indented(
            availability.unavailable.length === 0
              ? ['never']
              : availability.unavailable.map(
                  (each) => `${span(each, month.zone)} = ${milliseconds(each.to - each.from)}`,
                ),
          ),
        ];
  const removed =
    availability.removedMs === 0
      ? []
      : [
          `Excused time leaves the period: ${grouped(wholeMs)} - ${grouped(availability.removedMs)} = ${milliseconds(availability.totalMs)} ${source(plan, 'availability.excusedTime')}`,
        ];
  const { totalMs: total, unavailableMs } = availability;
  return [
    ...lines,
    ...allDown,
    `Unavailable: ${milliseconds(unavailableMs)}; excused: ${milliseconds(availability.excusedMs)} ${source(plan, 'availability.excusedBy')}`,
    ...removed,
    total === 0
      ? 'Availability: nothing is left of the period, so 100 %'
      : `Availability: (${grouped(total)} - ${grouped(unavailableMs)}) / ${grouped(total)} = ${formatDown(asPercent(availability.availability), 4)} %, rounded down`,
    ...lowerBound(service, monthCase),
    `Commitment: ${formatShort(asPercent(serviceClass.commitment), 15)} %, ${metWords(service, monthCase)} ${source(plan, `classes.${serviceClass.id}.commitmentPercent`)}`,
    `Unobserved: ${milliseconds(availability.unobservedMs)} of ${milliseconds(wholeMs)}, ${availability.complete ? 'complete' : 'incomplete'} (incomplete above ${formatShort(asPercent(plan.availability.incompleteAbove))} %) ${source(plan, 'availability.incompleteAbovePercent')}`,
  ];
}

/** The first rule set knew of no lower bound. */
function lowerBound({ availability }: ServiceMonth, { ruleSet }: MonthCase): string[] {
  if (ruleSet === 1) return [];
  const bound = formatDown(asPercent(availability.lowerBound), 4);
  return [
    `Lower bound, unobserved time that nothing excuses counted as down on each line: ${bound} %, rounded down`,
  ];
}

function metWords({ met }: ServiceMonth, { ruleSet }: MonthCase): string {
  if (met === null && ruleSet !== 1) return 'not shown: met by the availability, not by its lower bound';
  return met === false ? 'not met' : 'met';
}

/** Where the terms differ in their lines, those in force at an instant decide. */
function together({ availability, terms }: ServiceMonth): string {
  const same = terms.inForce.every(({ lines }) => lines.length === availability.lines.length);
  return same
    ? `All ${availability.lines.length} lines down at the same time`
    : 'All lines in force down at the same time';
}

function explainLine(line: LineAvailability, service: ServiceMonth, monthCase: MonthCase): string[] {
  if (line.outages.length === 0) return [`Line ${line.line} at ${line.pop}: no outage in the period`];
  const lines = line.outages.flatMap((outage) => explainOutage(outage, line, service, monthCase));
  return [
    `Line ${line.line} at ${line.pop}:`,
    ...indented([
      ...lines,
      `down ${milliseconds(totalMs(line.outages))}, of which count ${milliseconds(totalMs(line.countable))}`,
    ]),
  ];
}

function explainOutage(
  outage: Interval,
  line: LineAvailability,
  service: ServiceMonth,
  { plan, month, exclusions }: MonthCase,
): string[] {
  const at = { line: line.line, pop: line.pop, service: service.terms.id, customer: service.terms.customer };
  const whole = merge([outage]);
  const excuses = exclusions.flatMap((exclusion, index) => {
    const overlap = intersect(whole, merge([exclusion]));
    if (overlap.length === 0 || !coversLine(exclusion.scope, at)) return [];
    const excuse = `${exclusion.id ?? `exclusions[${index}]`}, ${exclusion.kind}, ${span(exclusion, month.zone)}`;
    return plan.availability.excusedBy.includes(exclusion.kind)
      ? [
          `covered for ${milliseconds(totalMs(overlap))} by ${excuse} ${source(plan, 'availability.excusedBy')}`,
        ]
      : [
          `not excused by ${excuse}: the plan does not excuse this kind ${source(plan, 'availability.excusedBy')}`,
        ];
  });
  const beyond = totalMs(intersect(whole, line.beyondAllowance));
  const left = totalMs(intersect(whole, line.countable));
  return [
    `outage ${span(outage, month.zone)} = ${milliseconds(outage.to - outage.from)}`,
    ...indented([
      ...excuses,
      ...(beyond > 0
        ? [
            `${milliseconds(beyond)} of it are planned maintenance beyond the allowance, which excuses nothing ${source(plan, 'exclusions.plannedMaintenance.allowance')}`,
          ]
        : []),
      ...(excuses.length > 0 ? [`left ${milliseconds(left)}`] : []),
    ]),
  ];
}
