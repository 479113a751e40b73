import type {
  Batch,
  BatchSummary,
  CurrencyTotal,
  RefusalReason,
  RefusedNote,
} from '../core/billing/batch.js';
import type { PeriodLock } from '../core/billing/periods.js';
import { iso, isoOrNull, plainTable, utc } from './credits.js';

/** Without what it holds. */
export const batchSummaryJson = (batch: BatchSummary) => ({
  id: batch.id,
  state: batch.state,
  mapping: batch.mapping,
  file: batch.file,
  month: batch.month,
  postingDate: batch.postingDate,
  totals: [...batch.totals],
  hash: batch.hash,
  createdAt: iso(batch.createdAt),
  createdBy: batch.createdBy,
  fetchedAt: isoOrNull(batch.fetchedAt),
  endedAt: isoOrNull(batch.endedAt),
  endedBy: batch.endedBy,
  note: batch.note,
});

/** With what it holds. */
export const batchJson = ({ content, ...batch }: Batch) => {
  const { notes, lines, refused } = content;
  return { ...batchSummaryJson(batch), notes, lines, refused };
};

const amounts = new Set(['credits', 'net', 'tax', 'gross', 'revision']);
const table = (heads: readonly string[], rows: readonly (readonly string[])[]): string =>
  plainTable(heads, rows, amounts);

const totalText = (totals: readonly CurrencyTotal[]): string =>
  totals.map(({ currency, gross }) => `${gross} ${currency}`).join(', ');

/** Batches, one line each. */
export function batchesTable(batches: readonly BatchSummary[]): string {
  if (batches.length === 0) return 'No export batches.\n';
  return table(
    ['batch', 'state', 'mapping', 'month', 'posted', 'credits', 'total', 'made', 'by', 'hash'],
    batches.map((batch) => [
      batch.id,
      batch.state,
      batch.mapping,
      batch.month ?? 'all',
      batch.postingDate,
      String(batch.totals.reduce((count, { credits }) => count + credits, 0)),
      totalText(batch.totals),
      utc(batch.createdAt),
      batch.createdBy,
      batch.hash.slice(0, 12),
    ]),
  );
}

export const periodJson = ({ month, at, by, note }: PeriodLock) => ({
  month,
  lockedAt: iso(at),
  lockedBy: by,
  note,
});

/** Locked months, one line each. */
export function periodsTable(locks: readonly PeriodLock[]): string {
  if (locks.length === 0) return 'No month is locked.\n';
  return table(
    ['month', 'locked', 'by', 'note'],
    locks.map(({ month, at, by, note }) => [month, utc(at), by, note ?? '']),
  );
}

/** A batch with its notes, lines and totals. */
export function batchText(
  batch: Pick<Batch, 'id' | 'state' | 'mapping' | 'postingDate' | 'hash' | 'totals' | 'content'>,
): string {
  const { id, state, mapping, postingDate, hash, totals, content } = batch;
  const { notes, lines, refused } = content;
  return [
    `${id}  ${state}, mapping ${mapping}, posted ${postingDate}, SHA-256 ${hash}\n`,
    table(
      ['note', 'bill to', 'month', 'credits', 'net', 'tax', 'gross', ''],
      notes.map((note) => [
        note.id,
        note.billTo.id,
        note.month,
        String(note.credits.length),
        note.net,
        note.tax,
        note.gross,
        note.currency,
      ]),
    ),
    table(
      ['credit', 'note', 'statement', 'revision', 'end buyer', 'net', 'tax', 'gross', '', 'reason'],
      lines.map((line) => [
        line.credit,
        line.note,
        line.statement,
        String(line.revision),
        line.customer,
        line.net,
        line.tax,
        line.gross,
        line.currency,
        line.reason,
      ]),
    ),
    table(
      ['total', 'credits', 'net', 'tax', 'gross'],
      totals.map(({ currency, credits, net, tax, gross }) => [currency, String(credits), net, tax, gross]),
    ),
    ...(refused.length === 0 ? [] : [refusedText(refused)]),
  ].join('\n');
}

const refusals: Readonly<Record<RefusalReason, string>> = {
  'no-issuer': 'nobody issues notes in its currency (billing.issuers)',
  'no-tax-id': 'the account has no tax id',
  'no-address': 'the account has no country',
  'no-account': 'its currency has no account (billing.accounts)',
  'no-tax-account': 'its currency has no tax account',
  'no-receivable-account': 'its currency has no receivable account',
  'no-tax-rate': 'no tax rate is known (the service, its plan or billing.untaxed)',
};

/** Notes that were refused, one line each, with every reason. */
export const refusedText = (refused: readonly RefusedNote[]): string =>
  refused
    .map(
      ({ billTo, month, currency, gross, credits, why }) =>
        `refused: ${billTo}, ${month}, ${gross} ${currency} (${credits.join(', ')}): ` +
        `${why.map((reason) => refusals[reason]).join('; ')}\n`,
    )
    .join('');
