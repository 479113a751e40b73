import type { PlanVersion } from '../core/plan.js';
import { formatInstant } from '../core/time/calendar.js';
import type { Interval } from '../core/time/intervals.js';

/** 1234567 → `1,234,567`. */
export function grouped(value: number | bigint): string {
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

export const milliseconds = (ms: number): string => `${grouped(ms)} ms`;

export function span({ from, to }: Interval, zone: string): string {
  return `${formatInstant(from, zone)} to ${to === Infinity ? 'open' : formatInstant(to, zone)}`;
}

/** `[credit.caps[0]: clause 2.4]`: where a rule stands in the plan, and what clause of the contract it comes from. */
export function source(plan: PlanVersion, field: string): string {
  const clause = clauseOf(plan, field);
  return clause === null ? `[${field}]` : `[${field}: clause ${clause}]`;
}

/** The clause of a field, or of the nearest field around it that has one. */
export function clauseOf(plan: PlanVersion, field: string): string | null {
  return plan.clauses.get(fieldOfClause(plan, field) ?? '') ?? null;
}

/** The field that has that clause. */
export function fieldOfClause(plan: PlanVersion, field: string): string | null {
  for (let at = field; at !== ''; at = at.replace(/(?:\[\d+\]|\.?[^.[\]]+)$/, '')) {
    if (plan.clauses.has(at)) return at;
  }
  return null;
}

/** Indents every line but keeps empty ones empty. */
export function indented(lines: readonly string[], by = 2): string[] {
  return lines.map((line) => (line === '' ? '' : ' '.repeat(by) + line));
}
