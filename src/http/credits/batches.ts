import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import {
  batchFormats,
  batchStates,
  refusalReasons,
  taxCategories,
  noteFormats,
} from '../../core/billing/batch.js';
import { reportLanguages } from '../../i18n/languages.js';
import { batchJson, batchSummaryJson } from '../../render/batches.js';
import { noteContentType, noteFileFault, noteFileName, renderNote } from '../../render/note/files.js';
import { formatOf } from '../../render/report/formats.js';
import type { Batches } from '../../services/credits/batches.js';
import type { Caller } from '../access/caller.js';
import { ConflictError } from '../problem.js';
import { id, month, words } from '../route/input.js';
import { addOperation, addRoute, digits, isoTime, pageAnswer, pageOf, pageQuery } from '../route/route.js';

const tag = 'credits';
const url = '/api/v1/credit-batches';
const text = z.string();
const textOrNull = text.nullable();
const amounts = { net: digits(), tax: digits(), gross: digits() };

const summary = z.strictObject({
  id: text,
  state: z.enum(batchStates),
  mapping: text,
  file: z.enum(batchFormats),
  month: textOrNull,
  postingDate: text,
  totals: z.array(z.strictObject({ currency: text, credits: z.int(), ...amounts })),
  hash: text.meta({ description: 'SHA-256 of the file' }),
  createdAt: isoTime(),
  createdBy: text,
  fetchedAt: isoTime().nullable(),
  endedAt: isoTime().nullable(),
  endedBy: textOrNull,
  note: textOrNull,
});

const party = z.strictObject({
  id: text,
  name: text,
  address: z.array(text),
  city: textOrNull,
  postcode: textOrNull,
  country: textOrNull,
  taxId: textOrNull,
  registration: textOrNull,
});

const taxes = z.array(
  z.strictObject({
    percent: textOrNull,
    ...amounts,
    category: z.enum(taxCategories),
    code: text,
    exemption: textOrNull,
  }),
);

const note = z.strictObject({
  id: text,
  issuer: party,
  billTo: party,
  year: text,
  number: z.int(),
  month: text,
  date: text,
  currency: text,
  ...amounts,
  taxes,
  credits: z.array(text),
});

const line = z.strictObject({
  credit: text,
  kind: z.enum(['credit', 'adjustment', 'reversal']),
  of: textOrNull,
  note: text,
  statement: text,
  revision: z.int(),
  hash: text,
  month: text,
  from: text,
  to: text,
  service: text,
  site: text,
  customer: text.meta({ description: 'the end buyer' }),
  customerName: text,
  resellers: z.array(text),
  billTo: text,
  issuer: text,
  postingDate: text,
  currency: text,
  ...amounts,
  taxes,
  accounts: z.strictObject({
    revenue: text,
    tax: textOrNull,
    receivable: textOrNull,
    costCentre: textOrNull,
  }),
  invoice: textOrNull,
  availabilityPercent: textOrNull,
  reason: text,
});

const refused = z.array(
  z.strictObject({
    billTo: text,
    month: text,
    currency: text,
    gross: digits(),
    credits: z.array(text),
    why: z.array(z.enum(refusalReasons)),
  }),
);

const batch = summary.extend({ notes: z.array(note), lines: z.array(line), refused });

/** A file and what it is called. */
interface BatchFile {
  readonly name: string;
  readonly contentType: string;
  readonly bytes: Buffer;
}

/** `/api/v1/credit-batches`: credits on their way into the books. */
export function batchRoutes(server: FastifyInstance, batches: Batches, render = renderNote) {
  const listBatches = addOperation(server, {
    method: 'GET',
    url,
    operationId: 'listCreditBatches',
    tag,
    access: 'credits:read',
    summary: 'Export batches, newest first, without what they hold.',
    query: z.strictObject(pageQuery),
    answer: {
      description: 'a page of the batches',
      schema: z.strictObject({ batches: z.array(summary), ...pageAnswer }),
    },
    handle: async ({ query }) => {
      const { page, nextCursor } = pageOf(await batches.list(), query, (each) => each.id);
      return { batches: page.map(batchSummaryJson), nextCursor };
    },
  });
  const getBatch = addOperation(server, {
    method: 'GET',
    url: `${url}/:id`,
    operationId: 'getCreditBatch',
    tag,
    access: 'credits:read',
    summary: 'A batch with its notes, its lines and the notes that were refused.',
    params: z.strictObject({ id: id() }),
    answer: { description: 'the batch', schema: batch },
    handle: async ({ params }) => {
      const found = await batches.find(params.id);
      return found && batchJson(found);
    },
  });
  const listMappings = addOperation(server, {
    method: 'GET',
    url: '/api/v1/credit-mappings',
    operationId: 'listCreditMappings',
    tag,
    access: 'credits:read',
    summary: "The mappings by which files for finance's system are written.",
    answer: {
      description: 'the mappings',
      schema: z.strictObject({
        mappings: z.array(
          z.strictObject({
            name: text,
            title: text,
            file: z.enum(batchFormats),
            rows: z.enum(['credits', 'entries']),
          }),
        ),
      }),
    },
    handle: () => ({ mappings: batches.mappings() }),
  });
  const write = { method: 'POST', tag, access: 'credits:export' } as const;
  const makeBatch = addOperation(server, {
    ...write,
    url,
    operationId: 'makeCreditBatch',
    summary:
      'Reserves what is owed and numbers its notes; the same batch again where it was not fetched yet, and a conflict ' +
      'while one of another request waits to be fetched. `dryRun`: only says what it would be.',
    body: z.strictObject({
      mapping: id(),
      month: month().nullish(),
      postingDate: words(10).nullish(),
      file: z.enum(batchFormats).nullish(),
      invoices: z
        .record(z.string().max(200), z.string().max(100))
        .nullish()
        .meta({ description: 'the numbers of the invoices that are credited, by statement' }),
      dryRun: z.boolean().nullish(),
    }),
    answer: {
      description: 'the batch; null where nothing is owed or every note is refused',
      schema: z.strictObject({ batch: batch.nullable(), refused, again: z.boolean() }),
    },
    handle: async ({ body, caller }) => {
      const { mapping, month: of = null, postingDate = null, file = null } = body;
      const invoices = new Map(Object.entries(body.invoices ?? {}));
      const request = { mapping, month: of, postingDate, file, invoices };
      const made =
        body.dryRun === true
          ? await batches.preview(request)
          : await batches.make(caller.principal.name, request);
      return { batch: made.batch && batchJson(made.batch), refused: [...made.refused], again: made.again };
    },
  });
  const one = { ...write, params: z.strictObject({ id: id() }) };
  const fetchBatch = async (asker: Caller, of: string): Promise<BatchFile> => {
    const caller = asker.as('credits:export');
    const { batch: fetched, bytes } = await batches.fetch(caller.principal.name, of);
    const { contentType } = formatOf[fetched.file];
    return { name: `${fetched.id}.${fetched.file}`, contentType, bytes: Buffer.from(bytes) };
  };
  addRoute(server, {
    ...one,
    url: `${url}/:id/fetch`,
    operationId: 'fetchCreditBatch',
    summary: 'Its file, the same bytes each time; from the first time on its credits are exported.',
    body: z.strictObject({}).nullish(),
    answer: { description: 'the file', contentType: 'application/octet-stream' },
    handle: async ({ params, caller, reply }) => {
      const { name, contentType, bytes } = await fetchBatch(caller, params.id);
      return reply
        .type(contentType)
        .header('content-disposition', `attachment; filename="${name}"`)
        .send(bytes);
    },
  });
  addRoute(server, {
    method: 'GET',
    url: '/api/v1/credit-notes/:id',
    operationId: 'getCreditNote',
    tag,
    access: 'credits:read',
    summary:
      'A credit note as PDF, as UBL 2.1 or CII by EN 16931, or as the fields of a red-letter application for China.',
    params: z.strictObject({ id: id() }),
    query: z.strictObject({
      format: z.enum(noteFormats).default('pdf'),
      lang: z.enum(reportLanguages).default('en'),
    }),
    answer: { description: 'the file, in the format asked for', contentType: 'application/octet-stream' },
    handle: async ({ params, query, reply }) => {
      const source = await batches.note(params.id);
      if (source === null) return null;
      const { format, lang } = query;
      const fault = await noteFileFault(source, format);
      if (fault !== null)
        throw new ConflictError(`${params.id} has no file of the format ${format}: ${fault}`);
      const bytes = await render(source, format, lang);
      return reply
        .type(noteContentType(format))
        .header('content-disposition', `attachment; filename="${noteFileName(source, format)}"`)
        .send(Buffer.from(bytes));
    },
  });
  const ended = { description: 'done', schema: summary };
  const confirmBatch = addOperation(server, {
    ...one,
    url: `${url}/:id/confirm`,
    operationId: 'confirmCreditBatch',
    summary: "Notes that finance's system has booked it; its file was fetched before.",
    body: z.strictObject({ note: words(2000).nullish() }).nullish(),
    answer: ended,
    handle: async ({ params, body, caller }) =>
      batchSummaryJson(await batches.confirm(caller.principal.name, params.id, body?.note ?? null)),
  });
  const withdrawBatch = addOperation(server, {
    ...one,
    url: `${url}/:id/withdraw`,
    operationId: 'withdrawCreditBatch',
    summary: 'Takes it back as a whole: its credits are owed again, and its note numbers stay spent.',
    body: z.strictObject({ reason: words(2000) }),
    answer: ended,
    handle: async ({ params, body, caller }) =>
      batchSummaryJson(await batches.withdraw(caller.principal.name, params.id, body.reason)),
  });
  return { listBatches, getBatch, listMappings, makeBatch, fetchBatch, confirmBatch, withdrawBatch };
}
