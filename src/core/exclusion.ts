import type { Interval } from './time/intervals.js';
import type { EpochMs } from './types.js';

/** Why an interval is excluded (contract 2.3 and 3). */
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

/** Kinds that concern one customer only, so they must not change the figures of a path or PoP that others share. */
export const customerSideKinds: readonly ExclusionKind[] = [
  'customer-cause',
  'customer-change',
  'suspension',
];

/** What an exclusion covers: everything named in one of the lists, or everything. */
export type ExclusionScope =
  | 'all'
  | {
      readonly pops: readonly string[];
      readonly paths: readonly string[];
      readonly lines: readonly string[];
      readonly services: readonly string[];
      readonly customers: readonly string[];
    };

/** An approved exclusion. */
export interface Exclusion extends Interval {
  /** Its id in the ledger or file where it was entered; absent when it has none. */
  readonly id?: string;
  readonly kind: ExclusionKind;
  readonly scope: ExclusionScope;
  readonly noticeAt: EpochMs | null;
  readonly proof: string | null;
}

/** A line as part of one service. */
export interface LineOfService {
  readonly line: string;
  readonly pop: string;
  readonly service: string;
  readonly customer: string | null;
}

/**
 * Whether a scope covers a line. A PoP covers every line that ends there. A service or customer covers its lines **for
 * itself only**: the same line as part of another service, earlier or later, is not covered.
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

/**
 * Whether a scope covers a path. A PoP covers every path that starts or ends there; lines, services and customers cover
 * none.
 */
export function coversPath(
  scope: ExclusionScope,
  path: { readonly id: string; readonly source: string; readonly destination: string },
): boolean {
  if (scope === 'all') return true;
  return (
    scope.paths.includes(path.id) || scope.pops.includes(path.source) || scope.pops.includes(path.destination)
  );
}
