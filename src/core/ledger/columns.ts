/** The columns of an exclusions file; lists in a cell are separated by `|`. */
export const exclusionColumns = [
  'kind',
  'scope',
  'from',
  'to',
  'notices',
  'reason',
  'proof',
  'source',
] as const;

/**
 * Extra columns that an export puts before those columns; an import ignores them, since the ledger assigns new values.
 */
export const leadingColumns = ['id', 'state'] as const;
export const trailingColumns = ['proposedBy', 'approvedBy'] as const;
