import type { CreditRow } from '../../core/billing/credit.js';
import type { Dispute } from '../../core/billing/disputes.js';
import type { StatementSummary } from '../../core/statement/summary.js';
import type { EpochMs } from '../../core/types.js';

const iso = (at: EpochMs): string => new Date(at).toISOString();
const isoOrNull = (at: EpochMs | null): string | null => (at === null ? null : iso(at));

// Keys that are there already are laid over: what adds keys to a copy takes thirty times as long, and there are hundreds.
export const summaryJson = (row: StatementSummary) => ({
  ...row,
  at: iso(row.at),
  changed: row.changed && { at: iso(row.changed.at), why: row.changed.why },
});

export const creditJson = (row: CreditRow) => ({
  ...row,
  createdAt: iso(row.createdAt),
  changedAt: iso(row.changedAt),
  remindedAt: isoOrNull(row.remindedAt),
});

export const disputeJson = ({ openedAt, words, ...dispute }: Dispute) => ({
  ...dispute,
  openedAt: iso(openedAt),
  words: words.map(({ at, ...word }) => ({ ...word, at: iso(at) })),
});

/** Somebody at a customer; structurally a row of the contacts. */
export const contactJson = <
  C extends { readonly addedAt: EpochMs; readonly changedAt: EpochMs; readonly erasedAt: EpochMs | null },
>({
  addedAt,
  changedAt,
  erasedAt,
  ...contact
}: C) => ({
  ...contact,
  addedAt: iso(addedAt),
  changedAt: iso(changedAt),
  erasedAt: isoOrNull(erasedAt),
});
