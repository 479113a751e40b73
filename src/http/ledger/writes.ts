import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { readTime, scopeWords } from '../../config/exclusion-input.js';
import { textOfFile } from '../../config/file-text.js';
import { actorOfPrincipal } from '../../core/access/rules.js';
import { csvSeparators } from '../../core/text/csv-dialect.js';
import { type ValidationIssue, validationError } from '../../core/ledger/errors.js';
import { parseRef } from '../../core/ledger/outages.js';
import type { decisions } from '../../core/ledger/proposals.js';
import type { Interval } from '../../core/time/intervals.js';
import { exclusionStates, type LedgerExclusion } from '../../core/ledger/exclusions.js';
import { costText, exclusionJson } from '../../render/ledger.js';
import { importExclusions } from '../../services/ledger/import.js';
import { ValidationError, textsOf } from '../../services/ledger/entries.js';
import type { LedgerBacklog } from '../../services/ledger/backlog.js';
import { maxAttachmentBytes } from '../../store/ledger-store.js';
import { fileName, id, words } from '../route/input.js';
import { addOperation, addRoute } from '../route/route.js';
import { attachment, exclusion } from './answers.js';
import { ConflictError } from '../problem.js';
import { ownExclusions } from './shown.js';

const tag = 'ledger';
const method = 'POST';
// Null is what is left out.
const text = () => words().nullish();
const texts = () => z.array(words()).max(1000).meta({ description: 'a list of texts' }).nullish();
const attachments = () =>
  z
    .array(z.strictObject({ sha256: words('identifier'), name: fileName(), bytes: z.int() }))
    .max(100)
    .meta({ description: 'a list of { sha256, name, bytes }, as POST /api/v1/attachments answers' })
    .nullish();

const times = { from: text(), to: text() };
const reasonShape = { reason: text(), evidence: text(), attachments: attachments() };
const entered = { status: 201, description: 'entered', schema: z.strictObject({ id: z.string() }) } as const;

const proposal = z.strictObject({
  kind: text(),
  scope: texts(),
  notices: texts(),
  proof: text(),
  source: text(),
  cron: text(),
  duration: text(),
  zone: text(),
  reason: text(),
  attachments: attachments(),
  ...times,
});

/** What enters something, in the caller's name. */
export function ledgerWrites(server: FastifyInstance, { ledgerService }: LedgerBacklog) {
  const proposeExclusion = addOperation(server, {
    method,
    url: '/api/v1/exclusions',
    operationId: 'proposeExclusion',
    tag,
    access: 'exclusions:propose',
    summary: 'Proposes an excuse; a second person approves it.',
    body: proposal,
    answer: { status: 201, description: 'proposed', schema: exclusion },
    handle: async ({ body, caller }) => {
      const { attachments: files, ...rest } = body;
      const input = { ...given(rest), attachments: files ?? [] };
      const [proposed] = await ledgerService.propose(
        actorOfPrincipal(caller.principal),
        textsOf([{ place: null, input }]),
      );
      return proposed ? exclusionJson(proposed) : null;
    },
  });
  const decide = (decision: (typeof decisions)[number]) =>
    addOperation(server, {
      method,
      url: `/api/v1/exclusions/:id/${decision}`,
      operationId: `${decision}Exclusion`,
      tag,
      access: 'exclusions:decide',
      summary: `To ${decision} an exclusion.`,
      params: z.strictObject({ id: id() }),
      body: z.strictObject({ reason: text() }).nullish(),
      answer: { description: 'done', schema: exclusion },
      handle: async ({ params, body, caller }) =>
        exclusionJson(
          await ledgerService.decide(
            actorOfPrincipal(caller.principal),
            decision,
            params.id,
            body?.reason ?? null,
          ),
        ),
    });
  const exclusionDecisions = {
    approve: decide('approve'),
    reject: decide('reject'),
    revoke: decide('revoke'),
  };
  const outages = { method, tag, access: 'outages:write', answer: entered } as const;
  const addOutage = addOperation(server, {
    ...outages,
    url: '/api/v1/outages',
    operationId: 'addOutage',
    summary: 'Enters an outage that the watch did not see.',
    body: z.strictObject({ port: text(), ...times, ...reasonShape }),
    handle: async ({ body, caller }) => {
      const target = { of: null, port: body.port ?? '', interval: intervalOf(body) };
      return {
        id: await ledgerService.correct(actorOfPrincipal(caller.principal), {
          ...target,
          ...reasonsIn(body),
        }),
      };
    },
  });
  const correctOutage = addOperation(server, {
    ...outages,
    url: '/api/v1/outages/correct',
    operationId: 'correctOutage',
    summary: 'Lays other times over an outage.',
    body: z.strictObject({ of: text(), ...times, ...reasonShape }),
    handle: async ({ body, caller }) => {
      const target = { of: refOf(body.of), port: '', interval: intervalOf(body) };
      return {
        id: await ledgerService.correct(actorOfPrincipal(caller.principal), {
          ...target,
          ...reasonsIn(body),
        }),
      };
    },
  });
  const voidOutage = addOperation(server, {
    ...outages,
    url: '/api/v1/outages/void',
    operationId: 'voidOutage',
    summary: 'Says that an outage counts for nothing.',
    body: z.strictObject({ of: text(), ...reasonShape }),
    handle: async ({ body, caller }) => {
      const target = { of: refOf(body.of), port: '', interval: null };
      return {
        id: await ledgerService.correct(actorOfPrincipal(caller.principal), {
          ...target,
          ...reasonsIn(body),
        }),
      };
    },
  });
  return { proposeExclusion, exclusionDecisions, addOutage, correctOutage, voidOutage };
}

type Given<T> = { [K in keyof T]: Exclude<T[K], null> };

/** Without what is null. */
const given = <T extends object>(body: T): Given<T> =>
  Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null)) as Given<T>;

type ReasonBody = z.output<z.ZodObject<typeof reasonShape>>;

const reasonsIn = ({ reason, evidence, attachments: files }: ReasonBody) => ({
  reason: reason ?? '',
  evidence: evidence ?? null,
  attachments: files ?? [],
});

function intervalOf(body: z.output<z.ZodObject<typeof times>>): Interval {
  const refusals: ValidationIssue[] = [];
  const from = readTime('from', body.from ?? undefined, refusals);
  const to = readTime('to', body.to ?? undefined, refusals);
  if (from === null || to === null) throw new ValidationError(refusals);
  return { from, to };
}

function refOf(of: string | null | undefined) {
  const ref = parseRef(of ?? '');
  if (ref) return ref;
  throw new ValidationError([
    validationError('of', 'is no outage', 'PORT@OBSERVER/START or C…, as GET /api/v1/outages gives it', [
      'no-such',
      '',
    ]),
  ]);
}

const bytes = z.instanceof(Buffer, { error: 'is no file; allowed: its bytes, as application/octet-stream' });

/** `POST /api/v1/attachments`: a file that proves something. */
export function attachmentWrite(server: FastifyInstance, ledgerBacklog: Pick<LedgerBacklog, 'attach'>): void {
  server.addContentTypeParser(
    'application/octet-stream',
    { parseAs: 'buffer', bodyLimit: maxAttachmentBytes },
    (_request, content, done) => {
      done(null, content);
    },
  );
  addRoute(server, {
    method: 'POST',
    url: '/api/v1/attachments',
    operationId: 'attachFile',
    tag: 'ledger',
    access: 'attachments:write',
    summary: 'Keeps a file that proves something.',
    bodyLimit: maxAttachmentBytes,
    bodyType: 'application/octet-stream',
    query: z.strictObject({ name: fileName() }),
    body: bytes,
    answer: { status: 201, description: 'kept', schema: attachment },
    handle: ({ query, body }) => ledgerBacklog.attach(query.name, body),
  });
}
/** Each is held against all the others: a file of more is proposed in parts. */
const maxAtOnce = 1000;
const fileTypes = { csv: 'text/csv; charset=utf-8', ical: 'text/calendar; charset=utf-8' } as const;
const format = z.enum(['csv', 'ical']);
/** Commas part what the command line is given several times. */
const several = () => words('list').meta({ description: 'words with commas between them' }).optional();
const partsOf = (text: string | undefined) => text?.split(',').map((word) => word.trim());

/** Exclusions as files: out as CSV or a calendar, and in again. */
export function exclusionFiles(
  server: FastifyInstance,
  { ledgerService, impact }: Pick<LedgerBacklog, 'ledgerService' | 'impact'>,
): void {
  for (const type of ['text/csv', 'text/calendar']) {
    server.addContentTypeParser(type, { parseAs: 'buffer' }, (_request, content, done) => {
      done(null, content);
    });
  }
  addRoute(server, {
    method: 'GET',
    url: '/api/v1/exclusions/export',
    operationId: 'exportExclusions',
    tag,
    access: 'exclusions:read',
    summary: 'The exclusions as a file: CSV or iCalendar, as the import reads them.',
    query: z.strictObject({
      format: format.default('csv'),
      state: z.enum(exclusionStates).optional(),
      bom: z.enum(['true', 'false']).default('false'),
      separator: z.enum(csvSeparators).default('comma'),
    }),
    answer: { description: 'the file', contentType: 'text/csv' },
    handle: async ({ query, caller, reply }) => {
      const all = ownExclusions(await ledgerService.exclusions(), caller.scope());
      const wanted = all.filter(({ state }) => state === (query.state ?? state));
      const { exclusionsCsv, exclusionsIcal } = await import('../../render/ledger.js');
      const { disarmed, joinParts } = await import('../../config/exclusion-files.js');
      const codec = { scopeOf: ({ scope }: LedgerExclusion) => scopeWords(scope), disarmed, joinParts };
      const dialect = { bom: query.bom === 'true', separator: query.separator };
      const name = query.format === 'csv' ? 'exclusions.csv' : 'exclusions.ics';
      return reply
        .type(fileTypes[query.format])
        .header('content-disposition', `attachment; filename="${name}"`)
        .send(
          Buffer.from(
            query.format === 'csv' ? exclusionsCsv(wanted, codec, dialect) : exclusionsIcal(wanted, codec),
          ),
        );
    },
  });
  addRoute(server, {
    method: 'POST',
    url: '/api/v1/exclusions/import',
    operationId: 'importExclusions',
    tag,
    access: 'exclusions:propose',
    summary:
      'Proposes what a file has (CSV or iCalendar), all of it or nothing; what is there already is left out.',
    bodyType: 'application/octet-stream',
    query: z.strictObject({
      format: format.optional(),
      kind: words('word').default('planned-maintenance'),
      scope: several(),
      notices: several(),
      /** Of floating times and whole days of a calendar. */
      zone: words('label').optional(),
    }),
    body: z.instanceof(Buffer, {
      error: 'is no file; allowed: its bytes, as text/csv, text/calendar or application/octet-stream',
    }),
    answer: {
      status: 201,
      description: 'proposed',
      schema: z.strictObject({
        proposed: z.array(z.string()),
        leftOut: z.int(),
        older: z
          .array(z.string())
          .meta({ description: 'events that a later text (SEQUENCE, DTSTAMP) was read of before' })
          .optional(),
        withdrawn: z
          .array(z.string())
          .meta({ description: 'proposals that the calendar called off or changed' })
          .optional(),
      }),
    },
    handle: async ({ query, body, caller }) => {
      const file = textOfFile(body);
      if (!file.ok) throw new ValidationError(file.refusals);
      const { text } = file;
      const kindOfFile = query.format ?? (/^\s*BEGIN:VCALENDAR/i.test(text) ? 'ical' : 'csv');
      const defaults = {
        kind: query.kind,
        scope: partsOf(query.scope),
        notices: partsOf(query.notices),
        zone: query.zone,
      };
      // Readers of files that a start does not wait for.
      const { readExclusionsCsv } = await import('../../config/exclusion-files.js');
      const { readExclusionsIcal } = await import('../../config/exclusion-calendar.js');
      const reading = kindOfFile === 'csv' ? readExclusionsCsv(text) : readExclusionsIcal(text, defaults);
      if (!reading.ok) throw new ValidationError(reading.refusals);
      if (reading.inputs.length > maxAtOnce)
        throw new ValidationError([
          validationError('file', `has ${reading.inputs.length} exclusions`, `at most ${maxAtOnce}`),
        ]);
      const by = actorOfPrincipal(caller.principal);
      const done = await importExclusions(ledgerService, by, reading.inputs, {
        cancelled: reading.cancelled ?? [],
      });
      const proposed = done.proposed.map(({ id }) => id);
      if (done.conflicts.length > 0) {
        const conflicts = await Promise.all(
          done.conflicts.map(
            async ({ id: of, why }) => `${of} (${why} by its calendar; ${costText(await impact(of))})`,
          ),
        );
        // What is approved counts: it is never left or changed without anybody being asked.
        throw new ConflictError(
          `approved exclusions are not what their calendar says: ${conflicts.join(', ')}; ` +
            `allowed: to revoke them, or to leave them; proposed: ${proposed.join(', ') || 'nothing'}; ` +
            `rejected: ${done.withdrawn.join(', ') || 'nothing'}`,
        );
      }
      return {
        proposed,
        leftOut: done.leftOut,
        ...(done.older.length > 0 && { older: [...done.older] }),
        ...(done.withdrawn.length > 0 && { withdrawn: [...done.withdrawn] }),
      };
    },
  });
}
