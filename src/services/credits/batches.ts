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
  type BatchMove,
  batchMoves,
  type BatchSummary,
  type CreditNote,
  nextNote,
  noteId,
  owedStatus,
  type RefusedNote,
  totalsOf,
} from '../../core/billing/batch.js';
import { type CreditRow, isOwed } from '../../core/billing/credit.js';
import { validationError } from '../../core/ledger/errors.js';
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
import type { BatchQuery, CreditChange } from '../../store/statement-store.js';
import type { Store } from '../../store/store.js';
import { withLedgerEntries } from '../customers/in-force.js';
import { ValidationError } from '../ledger/entries.js';
import { draftNotes, type LineSource } from './batch-lines.js';
import { committed } from './credits.js';

interface BatchesOptions {
  readonly store: Pick<Store, 'ledger' | 'statements' | 'batches'>;
  readonly config: () => Config;
  readonly now: () => EpochMs;
}

export interface ExportRequest {
  /** The name of a mapping. */
  readonly mapping: string;
  /** Only credits of this month; by default of every month. */
  readonly month?: string | null;
  /** Today by the configuration's calendar, by default. */
  readonly postingDate?: string | null;
  /** By default what the mapping says. */
  readonly file?: BatchFormat | null;
  /** The numbers of invoices by the ids of statements, where they are known. */
  readonly invoices?: ReadonlyMap<string, string>;
}

interface Exported {
  /** Null: nothing is owed, or every note is refused. */
  readonly batch: Batch | null;
  readonly refused: readonly RefusedNote[];
  /** It was made before, and its file was not fetched yet. */
  readonly again: boolean;
}

interface MappingSummary {
  readonly name: string;
  readonly title: string;
  readonly file: BatchFormat;
  readonly rows: ExportMapping['rows'];
}

/** Credits on their way into the books, in batches. Every method rejects with a `ValidationError`. */
export interface Batches {
  mappings(): MappingSummary[];
  list(query?: BatchQuery): Promise<BatchSummary[]>;
  get(id: string): Promise<Batch>;
  /** What an export would make now, and its file. Nothing is written, and no number is given. */
  preview(request: ExportRequest): Promise<Exported & { readonly bytes: Uint8Array | null }>;
  /**
   * Reserves what is owed and gives the numbers of its notes, all in one transaction. Where a batch of the same request
   * was made and not fetched yet, it is that one: asking again after a crash makes no second batch.
   */
  make(actor: string, request: ExportRequest): Promise<Exported>;
  /** The file of a batch, the same bytes each time. From the first time on its credits are exported. */
  fetch(actor: string, id: string): Promise<{ readonly batch: Batch; readonly bytes: Uint8Array }>;
  /** Notes that finance's system has booked it; only what was fetched. */
  confirm(actor: string, id: string, note: string | null): Promise<Batch>;
  /** Takes a batch back as a whole: its credits are owed again, and the numbers of its notes stay spent. */
  withdraw(actor: string, id: string, reason: string): Promise<Batch>;
}

const refuse = (...issue: Parameters<typeof validationError>): never => {
  throw new ValidationError([validationError(...issue)]);
};

export function createBatches({ store, config, now }: BatchesOptions): Batches {
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

  async function one(id: string): Promise<Batch> {
    const found = await batches.get(id);
    return (
      found ?? refuse('id', `${id} is no batch`, 'an id as `credits batches` prints it', ['no-such', id])
    );
  }

  function asked(request: ExportRequest) {
    const mapping = mappingOf(request.mapping);
    const { month = null, postingDate = null, invoices = new Map<string, string>() } = request;
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
      postingDate: postingDate ?? formatInstant(now(), billing.zone).slice(0, 10),
    };
  }
  type Asked = ReturnType<typeof asked>;

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

  async function sourceOf({ mapping, postingDate, invoices }: Asked): Promise<LineSource> {
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
      notes.push({ ...draft.note, id, number, year });
      lines.push(...draft.lines.map((line) => ({ ...line, note: id })));
    }
    return { notes, lines };
  }

  async function prepare(request: Asked, by: string) {
    const rows = await owed(request.month);
    const { notes: drafts, refused } = await draftNotes(rows, await sourceOf(request));
    if (drafts.length === 0) return { batch: null, refused, bytes: null, rows: [] };
    const content: BatchContent = {
      format: 'pop-sla-credit-batch/1',
      ...(await numbered(drafts, request.postingDate)),
      refused,
    };
    const number = await batches.next();
    const id = batchId(number);
    const { mapping, month, postingDate, file } = request;
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

  /** Credits of a batch to another status and batch; none when somebody moved one of them meanwhile. */
  const changes = (
    rows: readonly CreditRow[],
    to: (row: CreditRow) => Pick<Extract<CreditChange, { readonly to: unknown }>, 'to' | 'feed' | 'batch'>,
  ): CreditChange[] =>
    rows.map((row) => ({ id: row.id, from: [row.status], at: now(), note: null, ...to(row) }));

  function able({ id, state }: Batch, move: BatchMove): void {
    const from: readonly string[] = batchMoves[move].from;
    if (from.includes(state)) return;
    if (move === 'confirm' && state === 'made')
      refuse('id', `${id} was not fetched yet`, 'a batch whose file was fetched', ['not-fetched']);
    refuse('id', `${id} is ${state}`, `a batch that is ${from.join(' or ')}`, ['in-state', state]);
  }

  return {
    mappings: () =>
      [...files().keys()].map((name) => {
        const { title, file, rows } = mappingOf(name);
        return { name, title, file, rows };
      }),
    list: (query) => batches.list(query),
    get: one,
    async preview(request) {
      const { rows: _, ...prepared } = await prepare(asked(request), '');
      return { ...prepared, again: false };
    },
    async make(actor, request) {
      const wanted = asked(request);
      return committed<Exported>({
        ledger,
        now,
        actor,
        decide: async () => {
          const waiting = (await batches.list({ states: ['made'] })).find(
            ({ mapping, month }) => mapping === wanted.mapping.name && month === wanted.month,
          );
          if (waiting) {
            const batch = await one(waiting.id);
            const result = { batch, refused: batch.content.refused, again: true };
            return { result, actions: [], write: () => Promise.resolve('stored') };
          }
          const { batch, refused, bytes, rows } = await prepare(wanted, actor.trim());
          const result = { batch, refused, again: false };
          if (batch === null || bytes === null)
            return { result, actions: [], write: () => Promise.resolve('stored') };
          const { id, mapping, hash, postingDate, content } = batch;
          const notes = content.notes.map((note) => note.id);
          const credits = content.lines.map(({ credit }) => credit);
          return {
            result,
            actions: [{ type: 'batch-made', id, mapping, hash, postingDate, notes, credits }],
            write: (events) =>
              statements.commit({
                events,
                batch: { add: batch, bytes },
                credits: changes(rows, ({ status }) => ({ to: status, feed: false, batch: { into: id } })),
              }),
          };
        },
      });
    },
    async fetch(actor, id) {
      await committed({
        ledger,
        now,
        actor,
        decide: async () => {
          const batch = await one(id);
          able(batch, 'fetch');
          if (batch.state !== 'made')
            return { result: null, actions: [], write: () => Promise.resolve('stored') };
          const rows = await statements.credits({ batch: id });
          const move = {
            id,
            from: ['made'],
            to: 'fetched',
            at: now(),
            by: actor.trim(),
            note: null,
          } as const;
          return {
            result: null,
            actions: [{ type: 'batch-fetched', id, hash: batch.hash }],
            write: (events) =>
              statements.commit({
                events,
                batch: move,
                credits: changes(rows, () => ({ to: 'exported', feed: false })),
              }),
          };
        },
      });
      const bytes = await batches.bytes(id);
      return { batch: await one(id), bytes: bytes ?? new Uint8Array() };
    },
    async confirm(actor, id, note) {
      await committed({
        ledger,
        now,
        actor,
        decide: async () => {
          const batch = await one(id);
          // Confirming again is not an error, because finance's system may not have received the response.
          if (batch.state === 'confirmed')
            return { result: null, actions: [], write: () => Promise.resolve('stored') };
          able(batch, 'confirm');
          const move = { id, from: batchMoves.confirm.from, to: batchMoves.confirm.to, note } as const;
          return {
            result: null,
            actions: [{ type: 'batch-confirmed', id, note }],
            write: (events) => statements.commit({ events, batch: { ...move, at: now(), by: actor.trim() } }),
          };
        },
      });
      return one(id);
    },
    async withdraw(actor, id, reason) {
      if (reason.trim() === '') refuse('reason', 'is missing', 'why it is taken back, as text', ['missing']);
      await committed({
        ledger,
        now,
        actor,
        decide: async () => {
          const batch = await one(id);
          able(batch, 'withdraw');
          const rows = await statements.credits({ batch: id });
          const moved = rows.find(({ status }) => status === 'settled' || status === 'reversed');
          if (moved)
            refuse(
              'id',
              `${moved.id} of ${id} is ${moved.status}`,
              'a batch whose credits are as it left them',
              ['in-state', moved.status],
            );
          const move = { id, from: [batch.state], to: batchMoves.withdraw.to, note: reason } as const;
          return {
            result: null,
            actions: [{ type: 'batch-withdrawn', id, note: reason }],
            write: (events) =>
              statements.commit({
                events,
                batch: { ...move, at: now(), by: actor.trim() },
                credits: changes(rows, (row) => ({
                  to: owedStatus(row),
                  feed: batch.state === 'fetched',
                  batch: { outOf: id },
                })),
              }),
          };
        },
      });
      return one(id);
    },
  };
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
