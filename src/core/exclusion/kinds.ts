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
