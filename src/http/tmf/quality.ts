import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { StatementDocument } from '../../core/statement/document.js';
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
import { hasFullMonthAccess } from '../access/month-access.js';
import { month, words } from '../route/input.js';
import { addRoute } from '../route/route.js';
import {
  filterAndSort,
  readTmfList,
  selectFields,
  setPageHeaders,
  tmfFieldsQuery,
  tmfListQuery,
} from './list.js';

const query = tmfListQuery.extend({
  month: month().optional().meta({ description: 'the month; the latest that has statements when left out' }),
});
const params = z.strictObject({ id: words(300) });
const resource = z.looseObject({ id: z.string(), href: z.string(), '@type': z.string() });

const common = ['id', 'href', '@type', 'relatedParty', 'relatedEntity'];
const attributes = {
  objective: [
    ...common,
    ...['@baseType', 'name', 'conformanceTarget', 'conformanceComparator', 'conformancePeriod'],
    ...['serviceLevelObjectiveParameter', 'conformance'],
  ],
  sla: [...common, 'name', 'description', 'version', 'validityPeriod', 'state', 'template', 'rule'],
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

/** The figures of statements by the TM Forum's APIs of service quality and SLAs, to be read only. */
export function qualityRoutes(server: FastifyInstance, statements: Pick<Statements, 'list' | 'show'>): void {
  /** The latest documents of a month that the caller may see, by service; of one service where `service` is named. */
  const documentsOf = async (
    caller: Caller,
    of: string,
    service?: readonly string[],
  ): Promise<StatementDocument[]> => {
    const rows = await statements.list({ month: of });
    const seen = rows.filter((row) => hasFullMonthAccess(caller, row.customer, of));
    const names = [...new Set(seen.map((row) => row.service))].filter(
      (name) => service?.includes(name) ?? true,
    );
    const documents: StatementDocument[] = [];
    for (const name of names.sort()) documents.push((await statements.show(of, name)).document);
    return documents.filter(({ customer }) => hasFullMonthAccess(caller, customer, of));
  };
  const latestMonth = async (caller: Caller): Promise<string | undefined> => {
    const rows = await statements.list();
    const seen = rows.filter((row) => hasFullMonthAccess(caller, row.customer, row.month));
    return seen
      .map((row) => row.month)
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
      handle: async ({ query: { month: asked, ...rest }, caller, reply, request }) => {
        const list = readTmfList(rest, { attributes: names });
        const wanted = asked ?? (await latestMonth(caller));
        const documents = wanted === undefined ? [] : await documentsOf(caller, wanted);
        return answerList({ reply, request, list, all: documents.flatMap(of) });
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
        const documents = await documentsOf(caller, ofMonth, services);
        const found = documents.flatMap(of).find((one) => one['id'] === id);
        return found ? selectFields(found, fields) : null;
      },
    });
  }
}

interface ListAnswer {
  readonly reply: FastifyReply;
  readonly request: FastifyRequest;
  readonly list: ReturnType<typeof readTmfList>;
  readonly all: readonly Readonly<Record<string, unknown>>[];
}

function answerList({ reply, request, list, all }: ListAnswer): Record<string, unknown>[] {
  const found = filterAndSort(all, list);
  const page = found.slice(list.offset, list.offset + list.limit);
  setPageHeaders(reply, { url: request.url, list, total: found.length, count: page.length });
  return page.map((one) => selectFields(one, list.fields));
}
