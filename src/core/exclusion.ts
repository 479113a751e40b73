import type { Interval } from './time/intervals.js';
import type { EpochMs } from './types.js';

/** Contract 2.3 and 3: why an interval is excused. */
export const exclusionKinds = [
  'planned-maintenance',
  'emergency-maintenance',
  'force-majeure',
  'customer-cause',
  'customer-change', // an upgrade or software that the user started
  'suspension',
  'third-party',
] as const;
export type ExclusionKind = (typeof exclusionKinds)[number];

/** These lie with one customer, so they may not touch the figures of a path or PoP that others share. */
export const customerSideKinds: readonly ExclusionKind[] = [
  'customer-cause',
  'customer-change',
  'suspension',
];

/** What an exclusion covers: anything that one of the lists names, or everything. */
export type ExclusionScope =
  | 'all'
  | {
      readonly pops: readonly string[];
      readonly paths: readonly string[];
      readonly lines: readonly string[];
      readonly services: readonly string[];
      readonly customers: readonly string[];
    };

/** An approved excuse. */
export interface Exclusion extends Interval {
  /** What it is called where it was entered; left out: it has no name. */
  readonly id?: string;
  readonly kind: ExclusionKind;
  readonly scope: ExclusionScope;
  readonly noticeAt: EpochMs | null;
  readonly proof: string | null;
}

/** A line as one service uses it. */
export interface LineOfService {
  readonly line: string;
  readonly pop: string;
  readonly service: string;
  readonly customer: string | null;
}

/**
 * A PoP covers every line that ends there. A service or customer covers its lines **for itself only**: the same line
 * on another service, before or after, is not excused by it.
 */
export function coversLine(scope: ExclusionScope, at: LineOfService): boolean {
  if (scope === 'all') return true;
  return (
    scope.lines.includes(at.line) ||
    scope.pops.includes(at.pop) ||
    scope.services.includes(at.service) ||
    (at.customer !== null && scope.customers.includes(at.customer))
  );
}

/** A PoP covers every path that starts or ends there; lines, services and customers cover no path. */
export function coversPath(
  scope: ExclusionScope,
  path: { readonly id: string; readonly source: string; readonly destination: string },
): boolean {
  if (scope === 'all') return true;
  return (
    scope.paths.includes(path.id) || scope.pops.includes(path.source) || scope.pops.includes(path.destination)
  );
}
