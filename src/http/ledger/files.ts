import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { scopeWords } from '../../config/ledger/scope.js';
import { exclusionStates } from '../../core/ledger/exclusions.js';
import { refuse } from '../../core/ledger/refusal.js';
import { Refused } from '../../engine/ledger/enter.js';
import { importExclusions } from '../../engine/ledger/import.js';
import type { Office } from '../../engine/ledger/office.js';
import { words } from '../route/input.js';
import { addRoute } from '../route/route.js';
import { ownExclusions } from './shown.js';

const tag = 'ledger';
/** Each is held against all the others: a file of more is proposed in parts. */
const mostAtOnce = 1000;
const fileTypes = { csv: 'text/csv; charset=utf-8', ical: 'text/calendar; charset=utf-8' } as const;
const format = z.enum(['csv', 'ical']);
/** Commas part what the command line is given several times. */
const several = () => words(2000).meta({ description: 'words with commas between them' }).optional();
const partsOf = (text: string | undefined) => text?.split(',').map((word) => word.trim());

/** Exclusions as files: out as CSV or a calendar, and in again. */
export function exclusionFiles(server: FastifyInstance, { desk }: Pick<Office, 'desk'>): void {
  for (const type of ['text/csv', 'text/calendar']) {
    server.addContentTypeParser(type, { parseAs: 'buffer' }, (_request, content, done) => {
      done(null, content);
    });
  }
  addRoute(server, {
    ...{ method: 'GET', url: '/api/v1/exclusions/export', operationId: 'exportExclusions', tag },
    access: 'exclusions:read',
    summary: 'The exclusions as a file: CSV or iCalendar, as the import reads them.',
    query: z.strictObject({ format: format.default('csv'), state: z.enum(exclusionStates).optional() }),
    answer: { description: 'the file', contentType: 'text/csv' },
    handle: async ({ query, caller, reply }) => {
      const all = ownExclusions(await desk.exclusions(), caller.own());
      const wanted = all.filter(({ state }) => state === (query.state ?? state));
      const { exclusionsCsv, exclusionsIcal } = await import('../../render/ledger/files.js');
      const render = query.format === 'csv' ? exclusionsCsv : exclusionsIcal;
      const name = query.format === 'csv' ? 'exclusions.csv' : 'exclusions.ics';
      return reply
        .type(fileTypes[query.format])
        .header('content-disposition', `attachment; filename="${name}"`)
        .send(Buffer.from(render(wanted, ({ scope }) => scopeWords(scope))));
    },
  });
  addRoute(server, {
    ...{ method: 'POST', url: '/api/v1/exclusions/import', operationId: 'importExclusions', tag },
    access: 'exclusions:propose',
    summary:
      'Proposes what a file has (CSV or iCalendar), all of it or nothing; what is there already is left out.',
    bodyType: 'application/octet-stream',
    query: z.strictObject({
      format: format.optional(),
      ...{ kind: words(50).default('planned-maintenance'), scope: several(), notices: several() },
    }),
    body: z.instanceof(Buffer, {
      error: 'is no file; allowed: its bytes, as text/csv, text/calendar or application/octet-stream',
    }),
    answer: {
      ...{ status: 201, description: 'proposed' },
      schema: z.strictObject({ proposed: z.array(z.string()), leftOut: z.int() }),
    },
    handle: async ({ query, body, caller }) => {
      const text = decoded(body);
      const kindOfFile = query.format ?? (text.trimStart().startsWith('BEGIN:VCALENDAR') ? 'ical' : 'csv');
      const defaults = { kind: query.kind, scope: partsOf(query.scope), notices: partsOf(query.notices) };
      // Readers of files that a start does not wait for.
      const { readExclusionsCsv } = await import('../../config/ledger/csv.js');
      const { readExclusionsIcal } = await import('../../config/ledger/ical.js');
      const reading = kindOfFile === 'csv' ? readExclusionsCsv(text) : readExclusionsIcal(text, defaults);
      if (!reading.ok) throw new Refused(reading.refusals);
      if (reading.inputs.length > mostAtOnce)
        throw new Refused([
          refuse('file', `has ${reading.inputs.length} exclusions`, `at most ${mostAtOnce}`),
        ]);
      const { proposed, leftOut } = await importExclusions(desk, caller.principal.name, reading.inputs);
      return { proposed: proposed.map(({ id }) => id), leftOut };
    },
  });
}

function decoded(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw new Refused([refuse('file', 'is not UTF-8', 'a text in UTF-8')]);
  }
}
