import type { ExportMapping } from '../../config/exports/mapping.js';
import {
  type Batch,
  type BatchFormat,
  type BatchMove,
  batchMoves,
  type BatchSummary,
  owedStatus,
  type RefusedNote,
} from '../../core/billing/batch.js';
import type { BillingNotice } from '../../core/billing/notices.js';
import type { CreditRow } from '../../core/billing/credit.js';
import type { NoteSource } from '../../render/note/source.js';
import type { BatchQuery, CreditChange } from '../../store/statement-store.js';
import { billingTeller } from '../notifications/billing-notices.js';
import type { EpochMs } from '../../core/types.js';
import { committed, unchanged } from './credits.js';
import { waitingBatch } from './waiting-batch.js';
import { batchPreparation, type BatchesOptions, type ExportRequest, refuse } from './prepare-batch.js';

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
  /** The same; null: there is no such batch. */
  find(id: string): Promise<Batch | null>;
  /** A note of any batch with its lines; a withdrawn one too. Null: no note has this number. */
  note(id: string): Promise<(NoteSource & { readonly batch: BatchSummary }) | null>;
  /** What an export would give now, and its file. Nothing is written, and no number is given. */
  preview(request: ExportRequest): Promise<Exported & { readonly bytes: Uint8Array | null }>;
  /**
   * Reserves what is owed and gives the numbers of its notes, all in one transaction. Where a batch of the same request
   * was made and not fetched yet, it is that one: asking again after a crash makes no second batch. While one of another
   * request waits to be fetched, it is refused.
   */
  make(actor: string, request: ExportRequest): Promise<Exported>;
  /** The file of a batch, the same bytes each time. From the first time on its credits are exported. */
  fetch(actor: string, id: string): Promise<{ readonly batch: Batch; readonly bytes: Uint8Array }>;
  /** Notes that finance's system has booked it; only what was fetched. */
  confirm(actor: string, id: string, note: string | null): Promise<Batch>;
  /** Takes a batch back as a whole: its credits are owed again, and the numbers of its notes stay spent. */
  withdraw(actor: string, id: string, reason: string): Promise<Batch>;
}

export function createBatches(options: BatchesOptions): Batches {
  const { store, now, config } = options;
  const { statements, batches, ledger } = store;
  const tell = billingTeller({ store, config });
  const { asked, prepare, names, mappingOf } = batchPreparation(options);
  async function one(id: string): Promise<Batch> {
    const found = await batches.get(id);
    return (
      found ?? refuse('id', `${id} is no batch`, 'an id as `credits batches` prints it', ['no-such', id])
    );
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
      names().map((name) => {
        const { title, file, rows } = mappingOf(name);
        return { name, title, file, rows };
      }),
    list: (query) => batches.list(query),
    get: one,
    find: (id) => batches.get(id),
    async note(id) {
      const of = await batches.batchOfNote(id);
      if (of === null) return null;
      const { content, ...batch } = await one(of);
      const note = content.notes.find((each) => each.id === id);
      return note ? { note, lines: content.lines.filter((line) => line.note === id), batch } : null;
    },
    async preview(request) {
      const wanted = asked(request);
      const waiting = await waitingBatch(batches, wanted);
      if (waiting) {
        const bytes = await batches.bytes(waiting.id);
        return { ...madeBefore(waiting), bytes };
      }
      const { batch, refused, bytes } = await prepare(wanted, '');
      return { batch, refused, bytes, again: false };
    },
    async make(actor, request) {
      const wanted = asked(request);
      return committed<Exported>({
        ledger,
        now,
        actor,
        decide: async () => {
          const waiting = await waitingBatch(batches, wanted);
          if (waiting) return unchanged(madeBefore(waiting));
          const { batch, refused, bytes, rows } = await prepare(wanted, actor.trim());
          const result = { batch, refused, again: false };
          if (batch === null) {
            // Nothing may be left because another export has just reserved it.
            const justMade = await waitingBatch(batches, wanted);
            return unchanged(justMade ? madeBefore(justMade) : result);
          }
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
          if (batch.state !== 'made') return unchanged(null);
          const rows = await statements.credits({ batch: id });
          const outbox = await tell(noticesOf(batch, 'credit-exported', now()));
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
                outbox,
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
          if (batch.state === 'confirmed') return unchanged(null);
          able(batch, 'confirm');
          const outbox = await tell(noticesOf(batch, 'credit-confirmed', now()));
          const move = { id, from: batchMoves.confirm.from, to: batchMoves.confirm.to, note } as const;
          return {
            result: null,
            actions: [{ type: 'batch-confirmed', id, note }],
            write: (events) =>
              statements.commit({ events, batch: { ...move, at: now(), by: actor.trim() }, outbox }),
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

const madeBefore = (batch: Batch): Exported => ({ batch, refused: batch.content.refused, again: true });

/** Each note to the account that it bills, and the operator; its number is given once. */
const noticesOf = (
  { content, postingDate }: Batch,
  event: 'credit-exported' | 'credit-confirmed',
  at: EpochMs,
): BillingNotice[] =>
  content.notes.map(({ id, billTo }) => ({ event, at, about: id, party: billTo.id, detail: postingDate }));
