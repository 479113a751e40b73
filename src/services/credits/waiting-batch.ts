import type { Batch, BatchSummary } from '../../core/billing/batch.js';
import { type ValidationIssue, validationError } from '../../core/ledger/errors.js';
import type { BatchStore } from '../../store/statement-store.js';
import { ValidationError } from '../ledger/entries.js';
import type { Asked } from './prepare-batch.js';

/**
 * The batch that an export of this request gives again, because its file was not fetched yet; null: none waits. While one
 * waits that was asked for in another way, the export is refused with each parameter that differs: the caller would
 * otherwise get a batch that is not the one asked for, or what the other one left over.
 */
export async function waitingBatch(batches: BatchStore, asked: Asked): Promise<Batch | null> {
  const waiting: Batch[] = [];
  for (const { id } of await batches.list({ states: ['made'] })) {
    const batch = await batches.get(id);
    if (batch?.state === 'made') waiting.push(batch);
  }
  const compared = waiting.map((batch) => ({ batch, issues: differences(batch, asked) }));
  const same = compared.find(({ issues }) => issues.length === 0);
  if (same) return same.batch;
  if (compared.length > 0) throw new ValidationError(compared.flatMap(({ issues }) => issues));
  return null;
}

function differences(batch: Batch, asked: Asked): ValidationIssue[] {
  const { mapping, month, file, postingDate, content } = batch;
  const issues: ValidationIssue[] = [];
  const differs = (field: string, now: string | null, made: string | null): void => {
    issues.push(issueOf(batch, { field, now, made }));
  };
  if (mapping !== asked.mapping.name) differs('mapping', asked.mapping.name, mapping);
  // The format of a file that was not asked for follows from the mapping, so that it differs with it.
  else if (file !== asked.file) differs('file', asked.file, file);
  if (month !== asked.month) differs('month', asked.month, month);
  if (!isSamePostingDate(batch, asked)) differs('postingDate', asked.postingDate, postingDate);
  const invoices = new Map(content.lines.map(({ statement, invoice }) => [statement, invoice]));
  for (const [statement, made] of invoices) {
    const now = asked.invoices.get(statement) ?? null;
    if (now !== made) differs(`invoices.${statement}`, now, made);
  }
  return issues;
}

/**
 * The day that was said, or none both times: which day that became is decided once, so that asking again after midnight
 * gives the same batch. Batches of version 0.2.0 don't say whether one was asked for.
 */
function isSamePostingDate({ postingDate, content }: Batch, asked: Asked): boolean {
  return asked.postingDate === null ? content.postingDateAsked !== true : asked.postingDate === postingDate;
}

interface Difference {
  readonly field: string;
  /** Null: it was not said. */
  readonly now: string | null;
  readonly made: string | null;
}

function issueOf({ id }: Pick<BatchSummary, 'id'>, { field, now, made }: Difference): ValidationIssue {
  const given = now ?? 'none';
  const waits = `${id} waits to be fetched, and was made with ${made ?? 'none'}`;
  const same = made === null ? 'leave it out' : made;
  return validationError(
    field,
    `is ${given}, but ${waits}`,
    `${same}, which gives ${id} again; or fetch or withdraw ${id} first`,
    ['batch-waits', id, made],
  );
}
