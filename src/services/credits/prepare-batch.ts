import { createHash } from 'node:crypto';
import type { Config, PostingTerms } from '../../config/config.js';
import { type ExportMapping, mappingFiles, readMapping } from '../../config/exports/mapping.js';
import { formatProblem } from '../../config/problem.js';
import {
  type Batch,
  type BatchContent,
  type BatchFormat,
  batchId,
  type BatchLine,
  type CreditNote,
  nextNote,
  noteId,
  totalsOf,
} from '../../core/billing/batch.js';
import { firstOpenDay, periodOf } from '../../core/billing/periods.js';
import { type CreditRow, isOwed } from '../../core/billing/credit.js';
import { validationError } from '../../core/ledger/errors.js';
import { hasControls } from '../../core/text/control-characters.js';
import {
  formatInstant,
  isLocalDate,
  isMonthName,
  localDateRule,
  monthRule,
} from '../../core/time/calendar.js';
import type { EpochMs } from '../../core/types.js';
import { noteWords } from '../../i18n/note.js';
import { exportFile, exportRows } from '../../render/export-file.js';
import type { Store } from '../../store/store.js';
import { withLedgerEntries } from '../customers/in-force.js';
import { ValidationError } from '../ledger/entries.js';
import type { RecipientStore } from '../notifications/people.js';
import { draftNotes, type LineSource } from './batch-lines.js';

export interface BatchesOptions {
  readonly store: Pick<Store, 'ledger' | 'statements' | 'batches'> & RecipientStore;
  readonly config: () => Config;
  readonly now: () => EpochMs;
}

export interface ExportRequest {
  /** The name of a mapping. */
  readonly mapping: string;
  /** Only credits of this month; by default of every month. */
  readonly month?: string | null;
  /** By default today by the configuration's calendar; in a locked month the first day of the next open one. */
  readonly postingDate?: string | null;
  /** By default what the mapping says. */
  readonly file?: BatchFormat | null;
  /** The numbers of invoices by the ids of statements, where they are known. */
  readonly invoices?: ReadonlyMap<string, string>;
}

export const refuse = (...issue: Parameters<typeof validationError>): never => {
  throw new ValidationError([validationError(...issue)]);
};

/** What an export is made of: the request as it is understood, and the batch with its file before it is written. */
export function batchPreparation({ store, config, now }: BatchesOptions) {
  const { statements, batches, ledger } = store;
  const files = () => mappingFiles(config().billing.mappings);

  function mappingOf(name: string): ExportMapping {
    const known = files();
    const read = readMapping(known, name);
    if (read === null) {
      const names = [...known.keys()];
      return refuse('mapping', `${name} is no mapping`, names.join(', '), ['no-mapping', names]);
    }
    if (!read.ok)
      return refuse('mapping', read.problems.map(formatProblem).join('; '), 'a mapping without faults');
    return read.mapping;
  }

  function asked(request: ExportRequest): Asked {
    const mapping = mappingOf(request.mapping);
    const { month = null, postingDate = null } = request;
    const invoices = knownInvoices(request.invoices ?? new Map<string, string>());
    if (month !== null && !isMonthName(month))
      refuse('month', `${month} is no month`, monthRule, ['no-month', month]);
    if (postingDate !== null && !isLocalDate(postingDate))
      refuse('postingDate', `${postingDate} is no day`, localDateRule, ['no-time', postingDate]);
    const { billing } = config();
    if (billing.issuers.length === 0)
      refuse('mapping', 'nobody issues credit notes', 'a configuration with billing.issuers', ['no-issuers']);
    return {
      mapping,
      month,
      invoices,
      file: request.file ?? mapping.file,
      postingDate,
    };
  }

  /** When a batch is posted that is made now: what is said, unless that month is locked. */
  async function postingDay(said: string | null): Promise<string> {
    const locks = await statements.locks();
    if (said === null) return firstOpenDay(formatInstant(now(), config().billing.zone).slice(0, 10), locks);
    const open = firstOpenDay(said, locks);
    if (open === said) return said;
    const month = periodOf(said);
    return refuse(
      'postingDate',
      `${said} is in ${month}, which is locked`,
      `a day of a month that is open, as ${open}; or none`,
      ['period-locked', month, open],
    );
  }

  async function owed(month: string | null): Promise<CreditRow[]> {
    const query = month === null ? {} : { month };
    const rows = await Promise.all(
      (['sealed', 'claimed'] as const).map((status) => statements.credits({ ...query, status })),
    );
    return rows
      .flat()
      .filter((row) => isOwed(row) && row.batch === null)
      .sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  async function sourceOf({ mapping, invoices }: Asked, postingDate: string): Promise<LineSource> {
    const { billing, book } = withLedgerEntries(config(), await ledger.events());
    const { accounts, taxCodes } = mapping.posting;
    const posting: PostingTerms = {
      accounts: new Map([...billing.accounts, ...accounts]),
      taxCodes: [...taxCodes, ...billing.taxCodes],
    };
    const sealed = remembered(async (id: string, revision: number) => {
      const found = await statements.sealed(id, revision);
      return found ?? refuse('statement', `${id}, revision ${revision}, is gone`, 'a sealed statement');
    });
    return {
      sealed,
      credit: async (id) =>
        (await statements.credits({ id }))[0] ?? refuse('id', `${id} is gone`, 'a credit'),
      book,
      billing,
      posting,
      entries: mapping.rows === 'entries',
      words: noteWords[mapping.language],
      postingDate,
      invoices,
    };
  }

  /** Numbers that follow the last ones of their issuers and the year. They count once the batch is written. */
  async function numbered(
    drafts: Awaited<ReturnType<typeof draftNotes>>['notes'],
    postingDate: string,
  ): Promise<Pick<BatchContent, 'notes' | 'lines'>> {
    const year = postingDate.slice(0, 4);
    const used = new Map<string, number | null>();
    const notes: CreditNote[] = [];
    const lines: BatchLine[] = [];
    for (const draft of drafts) {
      const issuer = config().billing.issuers.find(({ id }) => id === draft.note.issuer.id);
      if (!issuer) continue;
      const last = used.get(issuer.id) ?? (await batches.lastNote(issuer.id, year));
      const number = nextNote(issuer.notes, last);
      if (number === null) {
        const what = `the numbers of ${issuer.id} for ${year} are exhausted at ${issuer.notes.last}`;
        return refuse('mapping', what, 'a greater billing.issuers[].notes.last', [
          'numbers-exhausted',
          issuer.id,
          year,
        ]);
      }
      used.set(issuer.id, number);
      const id = noteId(issuer.notes, year, number);
      if ((await batches.batchOfNote(id)) !== null)
        refuse('mapping', `${id} was given by another issuer`, 'another billing.issuers[].notes.prefix');
      notes.push({ ...draft.note, id, number, year });
      lines.push(...draft.lines.map((line) => ({ ...line, note: id })));
    }
    return { notes, lines };
  }

  async function prepare(request: Asked, by: string) {
    const postingDate = await postingDay(request.postingDate);
    const rows = await owed(request.month);
    const { notes: drafts, refused } = await draftNotes(rows, await sourceOf(request, postingDate));
    if (drafts.length === 0) return { batch: null, refused, bytes: null, rows: [] };
    const content: BatchContent = {
      format: 'pop-sla-credit-batch/1',
      ...(await numbered(drafts, postingDate)),
      refused,
      postingDateAsked: request.postingDate !== null,
    };
    const number = await batches.next();
    const id = batchId(number);
    const { mapping, month, file } = request;
    const bytes = await exportFile(exportRows(id, content, mapping.rows), mapping, file);
    const taken = new Set(content.lines.map(({ credit }) => credit));
    const batch: Batch = {
      id,
      number,
      state: 'made',
      mapping: mapping.name,
      file,
      month,
      postingDate,
      totals: totalsOf(content.lines),
      hash: createHash('sha256').update(bytes).digest('hex'),
      createdAt: now(),
      createdBy: by,
      fetchedAt: null,
      endedAt: null,
      endedBy: null,
      note: null,
      content,
    };
    return { batch, refused, bytes, rows: rows.filter((row) => taken.has(row.id)) };
  }

  return { asked, prepare, names: () => [...files().keys()], mappingOf };
}

const longestInvoice = 100;

/** Those that are said; each goes into files as one line of text. */
function knownInvoices(given: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const said = [...given].map(([statement, number]) => [statement, number.trim()] as const);
  for (const [statement, number] of said)
    if (number.length > longestInvoice || hasControls(number) || /\p{Cs}/u.test(number))
      refuse(
        'invoices',
        `${JSON.stringify(number.slice(0, longestInvoice))} of ${statement} is no number of an invoice`,
        `one line of at most ${longestInvoice} characters`,
      );
  return new Map(said.filter(([, number]) => number !== ''));
}

/** A request as it is understood. */
export interface Asked {
  readonly mapping: ExportMapping;
  readonly month: string | null;
  readonly invoices: ReadonlyMap<string, string>;
  readonly file: BatchFormat;
  /** Null: decided when the batch is made. */
  readonly postingDate: string | null;
}

/** Reads each once. */
function remembered<T>(
  read: (id: string, revision: number) => Promise<T>,
): (id: string, revision: number) => Promise<T> {
  const known = new Map<string, Promise<T>>();
  return (id, revision) => {
    const key = `${id} ${revision}`;
    const found = known.get(key) ?? read(id, revision);
    known.set(key, found);
    return found;
  };
}
