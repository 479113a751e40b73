import { mostCharacters } from '../core/text/limits.js';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { renderNote } from '../render/note/files.js';
import { reportLanguages } from '../i18n/languages.js';
import { type CsvDialect, csvSeparators, plainCsv } from '../core/text/csv-dialect.js';
import { reportFileName } from '../render/report/file-name.js';
import { formatOf, type renderReport, reportContents, reportFormats } from '../render/report/formats.js';
import { reportGroups, type ReportSelection } from '../render/report/report.js';
import type { Reports } from '../services/reports.js';
import { hasFullMonthAccess, monthAccessOf } from './access/month-access.js';
import { BadRequestError } from './problem.js';
import { id, month, type Reading, text } from './route/input.js';
import { addRoute } from './route/route.js';

/** Together; one that is longer than a quarter of it is kept for nobody. */
const maxBytes = 32 * 1024 * 1024;

interface MadeFile {
  readonly name: string;
  readonly bytes: Buffer;
}

/**
 * Files that were made lately, by what they say: requests for the same get the same bytes. The one that was asked
 * for longest ago goes first.
 */
export function cachedFiles(): (key: string, make: () => Promise<MadeFile>) => Promise<MadeFile> {
  const made = new Map<string, MadeFile>();
  const underWay = new Map<string, Promise<MadeFile>>();
  let bytes = 0;
  const keep = (key: string, file: MadeFile): void => {
    if (file.bytes.byteLength > maxBytes / 4) return;
    made.set(key, file);
    bytes += file.bytes.byteLength;
    for (const [oldest, { bytes: gone }] of made) {
      if (bytes <= maxBytes) return;
      made.delete(oldest);
      bytes -= gone.byteLength;
    }
  };
  return async (key, make) => {
    const known = made.get(key);
    if (known) {
      made.delete(key);
      made.set(key, known);
      return known;
    }
    const asked = underWay.get(key);
    if (asked) return asked;
    const making = make();
    underWay.set(key, making);
    try {
      const file = await making;
      keep(key, file);
      return file;
    } finally {
      underWay.delete(key);
    }
  };
}

export interface ReportRouteOptions {
  /** Creates the drafts of a month anew whose source data has changed: a file says what the page says. */
  readonly freshen: (month: string) => Promise<void>;
  readonly reports: Reports;
  readonly render: typeof renderReport;
  /** What makes files of credit notes; by default this thread. */
  readonly renderNote?: typeof renderNote;
  /** How CSV is written unless it is asked for another way. */
  readonly csv?: () => CsvDialect;
}

const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values).meta({ description: `one of ${values.join(', ')}` });

const revision = () =>
  text(
    (given): Reading<number> =>
      /^[1-9]\d{0,8}$/.test(given) ? { value: Number(given) } : { detail: 'is no whole number from 1 on' },
    {
      description: 'a whole number from 1 on; of a service alone',
      pattern: '^[1-9]\\d{0,8}$',
      maxLength: mostCharacters.word,
    },
  );

/** `/api/v1/reports/2026-10`: the statements of a month as a file. */
export function reportRoutes(
  server: FastifyInstance,
  { freshen, reports, render, csv = () => plainCsv }: ReportRouteOptions,
): void {
  const files = cachedFiles();
  addRoute(server, {
    method: 'GET',
    url: '/api/v1/reports/:month',
    operationId: 'getReport',
    tag: 'reports',
    access: 'reports:read',
    summary:
      'The report of a month, of everything or of one service, customer, site or reseller; in full or as a summary.',
    params: z.strictObject({ month: month() }),
    query: z.strictObject({
      service: id().optional(),
      customer: id().optional(),
      site: id().optional(),
      reseller: id().optional(),
      format: oneOf(reportFormats).default('json'),
      content: oneOf(reportContents).default('statements'),
      lang: oneOf(reportLanguages).default('en'),
      toDate: oneOf(['true', 'false']).default('false'),
      revision: revision().optional(),
      bom: oneOf(['true', 'false']).optional(),
      separator: oneOf(csvSeparators).optional(),
    }),
    answer: { description: 'the file, in the format asked for', contentType: 'application/octet-stream' },
    handle: async ({ params, query, caller, reply }) => {
      const selection = selectionOf(query);
      await freshen(params.month);
      const { fingerprint, read } = await reports.prepare({
        month: params.month,
        selection,
        revision: query.revision ?? null,
        toDate: query.toDate === 'true',
        maySee: (customer) => monthAccessOf(caller, customer, params.month) !== 'nothing',
        showsAmounts: (customer) => hasFullMonthAccess(caller, customer, params.month),
      });
      const { content, format, lang } = query;
      const settings = csv();
      const dialect = {
        bom: query.bom === undefined ? settings.bom : query.bom === 'true',
        separator: query.separator ?? settings.separator,
      };
      const make = async (): Promise<MadeFile> => {
        const report = await read();
        const bytes = Buffer.from(await render(report, format, lang, { content, csv: dialect }));
        return { name: reportFileName(report, format, content), bytes };
      };
      const { name, bytes } = await (fingerprint === null
        ? make()
        : files(`${fingerprint} ${content} ${format} ${lang} ${dialect.bom} ${dialect.separator}`, make));
      const { contentType, shown } = formatOf[format];
      reply
        .type(contentType)
        .header('content-disposition', `${shown ? 'inline' : 'attachment'}; filename="${name}"`);
      // What people entered is in the page: it may run nothing, whatever it says.
      if (query.format === 'html') {
        reply.header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'; sandbox");
      }
      return reply.send(bytes);
    },
  });
}

function selectionOf(
  query: Readonly<Partial<Record<(typeof reportGroups)[number], string | undefined>>>,
): ReportSelection {
  const [first, second] = reportGroups.flatMap((by) => {
    const of = query[by];
    return of === undefined ? [] : [{ by, id: of }];
  });
  if (first && second) {
    throw new BadRequestError([
      { parameter: second.by, detail: `can't go with ${first.by}; allowed: one of them` },
    ]);
  }
  return first ?? { by: 'all', id: null };
}
