/** The columns of a file of exclusions; a list in one of them is parted by `|`. */
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

/** What an export says beside them, before and behind; an import reads over it, since the ledger gives it anew. */
export const toldBefore = ['id', 'state'] as const;
export const toldBehind = ['proposedBy', 'approvedBy'] as const;
