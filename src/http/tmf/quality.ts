import { setImmediate as turn } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { StatementDocument } from '../../core/statement/document.js';
import { withoutAmounts } from '../../core/statement/extract.js';
import type { StatementSummary } from '../../core/statement/result.js';
import { monthAfter } from '../../core/time/calendar.js';
import type { EpochMs } from '../../core/types.js';
import {
  objectiveJson,
  objectivesOf,
  qualityBase,
  slaBase,
  slaJson,
  violationJson,
} from '../../render/tmf-quality.js';
import type { Statements } from '../../services/statements/statements.js';
import type { Caller } from '../access/caller.js';
import { monthAccessOf } from '../access/month-access.js';
import { month, words } from '../route/input.js';
import { addRoute } from '../route/route.js';
import {
  answerPage,
  pageCollector,
  readTmfList,
  selectFields,
  tmfFieldsQuery,
  tmfListQuery,
} from './list.js';

const query = tmfListQuery.extend({
  month: month().optional().meta({ description: 'the month; the latest that has statements when left out' }),
});
const params = z.strictObject({ id: words('key') });
const resource = z.looseObject({ id: z.string(), href: z.string(), '@type': z.string() });

const common = ['id', 'href', '@type', 'relatedParty', 'relatedEntity'];
const attributes = {
  objective: [
    ...common,
    ...['@baseType', 'name', 'conformanceTarget', 'conformanceComparator', 'conformancePeriod'],
    ...['serviceLevelObjectiveParameter', 'serviceLevelObjectiveConsequence', 'conformance'],
  ],
  sla: [
    ...common,
    'name',
    'description',
    'version',
    'validFor',
    'validityPeriod',
    'state',
    'template',
    'rule',
  ],
  violation: [...common, 'date', 'sla', 'rule', 'violation'],
};

/** One kind of resource: what a statement has of it. */
interface Kind {
  readonly url: `/${string}`;
  readonly tag: string;
  /** `ServiceLevelObjective`, as operations are named by it. */
  readonly name: string;
  readonly what: string;
  readonly attributes: readonly string[];
  readonly of: (document: StatementDocument) => readonly Readonly<Record<string, unknown>>[];
}

const quality = 'TMF657 service quality';
const sla = 'TMF623 SLA';
const kinds: readonly Kind[] = [
  {
    url: `${qualityBase}/serviceLevelObjective`,
    tag: quality,
    name: 'ServiceLevelObjective',
    what: "a month's objectives of services and paths, each with its conformance",
    attributes: attributes.objective,
    of: (document) => objectivesOf(document).map((one) => objectiveJson(document, one)),
  },
  {
    url: `${slaBase}/sla`,
    tag: sla,
    name: 'Sla',
    what: "what services were promised in a month; an SLA's template is its plan",
    attributes: attributes.sla,
    of: (document) => [slaJson(document)],
  },
  {
    url: `${slaBase}/slaViolation`,
    tag: sla,
    name: 'SlaViolation',
    what: 'the promises of a month that were not kept',
    attributes: attributes.violation,
    of: (document) =>
      objectivesOf(document)
        .filter(({ met }) => met === false)
        .map((one) => violationJson(document, one)),
  },
];

/** The latest month is looked for month by month so far back, and in all statements after that. */
const monthsBack = 24;

/** The figures of statements by the TM Forum's APIs of service quality and SLAs, to be read only. */
export function qualityRoutes(
  server: FastifyInstance,
  statements: Pick<Statements, 'list' | 'show'>,
  now: () => EpochMs,
): void {
  /** The latest documents of a month that the caller may see, by service; of one service where `service` is named. */
  async function* documentsOf(
    caller: Caller,
    of: string,
    service?: readonly string[],
  ): AsyncGenerator<StatementDocument> {
    const rows = await statements.list({ month: of });
    const seen = rows.filter((row) => monthAccessOf(caller, row.customer, of) !== 'nothing');
    const names = [...new Set(seen.map((row) => row.service))].filter(
      (name) => service?.includes(name) ?? true,
    );
    for (const name of names.sort()) {
      const { document } = await statements.show(of, name);
      const access = monthAccessOf(caller, document.customer, of);
      if (access === 'all') yield document;
      else if (access === 'quality') yield withoutAmounts(document);
      // A month may have thousands, and others have their turn between two of them.
      await turn();
    }
  }
  const seenMonths = (caller: Caller, rows: readonly StatementSummary[]): string[] =>
    rows
      .filter((row) => monthAccessOf(caller, row.customer, row.month) !== 'nothing')
      .map((row) => row.month);
  const latestMonth = async (caller: Caller): Promise<string | undefined> => {
    const current = monthAfter(new Date(now()).toISOString().slice(0, 7), 1);
    for (let back = 0; back <= monthsBack; back += 1) {
      const [found] = seenMonths(caller, await statements.list({ month: monthAfter(current, -back) }));
      if (found !== undefined) return found;
    }
    return seenMonths(caller, await statements.list())
      .sort()
      .at(-1);
  };
  for (const { url, tag, name, what, attributes: names, of } of kinds) {
    addRoute(server, {
      method: 'GET',
      url,
      operationId: `list${name}`,
      tag,
      access: 'statements:read',
      summary: `Lists ${what}.`,
      query,
      answer: { description: what, schema: z.array(resource) },
      handle: async ({ query: { month: asked, ...rest }, caller, reply }) => {
        const list = readTmfList(rest, { attributes: names });
        const wanted = asked ?? (await latestMonth(caller));
        const collector = pageCollector<Readonly<Record<string, unknown>>>(list);
        if (wanted !== undefined)
          for await (const document of documentsOf(caller, wanted))
            for (const one of of(document)) collector.add(one);
        return answerPage(collector.read(), list, reply);
      },
    });
    addRoute(server, {
      method: 'GET',
      url: `${url}/:id`,
      operationId: `retrieve${name}`,
      tag,
      access: 'statements:read',
      summary: `One of ${what}.`,
      params,
      query: tmfFieldsQuery,
      answer: { description: 'the resource', schema: resource },
      handle: async ({ params: { id }, query: { fields }, caller }) => {
        // Every id begins with the month and the service: 2026-10.harbour-bank.availability.
        const parts = /^(\d{4}-\d{2})\.(.+)$/s.exec(id);
        if (!parts) return null;
        const [, ofMonth = '', rest = ''] = parts;
        const services = rest.split('.').map((_part, index, all) => all.slice(0, index + 1).join('.'));
        for await (const document of documentsOf(caller, ofMonth, services)) {
          const found = of(document).find((one) => one['id'] === id);
          if (found) return selectFields(found, fields);
        }
        return null;
      },
    });
  }
}
