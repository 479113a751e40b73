import type { FastifyInstance, FastifyRequest } from 'fastify';
import { readTime } from '../../config/ledger/exclusion-input.js';
import type { Config } from '../../config/config.js';
import { decisions } from '../../core/ledger/decide.js';
import { parseRef } from '../../core/ledger/outages.js';
import { refuse, type Refusal } from '../../core/ledger/refusal.js';
import type { Interval } from '../../core/time/intervals.js';
import { Refused } from '../../engine/ledger/enter.js';
import { textsOf } from '../../engine/ledger/entry.js';
import type { Office } from '../../engine/ledger/office.js';
import { exclusionJson } from '../../render/ledger/json.js';
import { maxAttachmentBytes } from '../../store/ledger-store.js';
import { BadRequest } from '../problem.js';
import { readBody, type Body } from './body.js';
import { writerOf } from './guard.js';

const said = { reason: 'text', evidence: 'text', attachments: 'attachments' } as const;
const times = { from: 'text', to: 'text' } as const;

/** What enters something; each names who does it in the header `x-pop-sla-actor`, and comes from this machine. */
export function ledgerWrites(server: FastifyInstance, office: Office, config: () => Config): void {
  const { desk } = office;
  const writer = (request: FastifyRequest): string => writerOf(request, config());

  server.post('/api/v1/exclusions', async (request, reply) => {
    const actor = writer(request);
    const body = readBody(request.body, {
      ...{ kind: 'text', scope: 'texts', notices: 'texts', proof: 'text', source: 'text' },
      ...{ cron: 'text', duration: 'text', zone: 'text', reason: 'text', attachments: 'attachments' },
      ...times,
    });
    const { text, texts } = body;
    const input = {
      ...{ kind: text('kind'), scope: texts('scope'), from: text('from'), to: text('to') },
      ...{ notices: texts('notices'), reason: text('reason'), proof: text('proof'), source: text('source') },
      ...{
        cron: text('cron'),
        duration: text('duration'),
        zone: text('zone'),
        attachments: body.attachments(),
      },
    };
    const [proposed] = await desk.propose(actor, textsOf([{ place: null, input }]));
    return reply.code(201).send(proposed && exclusionJson(proposed));
  });
  for (const decision of decisions) {
    server.post<{ Params: { id: string } }>(`/api/v1/exclusions/:id/${decision}`, async (request) => {
      const actor = writer(request);
      const { text } = readBody(request.body ?? {}, { reason: 'text' });
      return exclusionJson(await desk.decide(actor, decision, request.params.id, text('reason') ?? null));
    });
  }
  server.post('/api/v1/outages', async (request, reply) => {
    const actor = writer(request);
    const body = readBody(request.body, { port: 'text', ...times, ...said });
    const target = { of: null, port: body.text('port') ?? '', interval: intervalOf(body) };
    return reply.code(201).send({ id: await desk.correct(actor, { ...target, ...saidIn(body) }) });
  });
  server.post('/api/v1/outages/correct', async (request, reply) => {
    const actor = writer(request);
    const body = readBody(request.body, { of: 'text', ...times, ...said });
    const target = { of: refOf(body), port: '', interval: intervalOf(body) };
    return reply.code(201).send({ id: await desk.correct(actor, { ...target, ...saidIn(body) }) });
  });
  server.post('/api/v1/outages/void', async (request, reply) => {
    const actor = writer(request);
    const body = readBody(request.body, { of: 'text', ...said });
    const target = { of: refOf(body), port: '', interval: null };
    return reply.code(201).send({ id: await desk.correct(actor, { ...target, ...saidIn(body) }) });
  });
  attachments(server, office, writer);
}

function attachments(
  server: FastifyInstance,
  office: Office,
  writer: (request: FastifyRequest) => string,
): void {
  server.addContentTypeParser(
    'application/octet-stream',
    { parseAs: 'buffer', bodyLimit: maxAttachmentBytes },
    (_request, content, done) => {
      done(null, content);
    },
  );
  server.post<{ Querystring: { name?: unknown } }>(
    '/api/v1/attachments',
    { bodyLimit: maxAttachmentBytes },
    async (request, reply) => {
      writer(request);
      const { name } = request.query;
      if (typeof name !== 'string' || name.trim() === '' || name.length > 200) {
        throw new BadRequest([{ parameter: 'name', detail: 'is missing; allowed: the name of the file' }]);
      }
      if (!Buffer.isBuffer(request.body)) {
        const detail = 'is no file; allowed: its bytes, as application/octet-stream';
        throw new BadRequest([{ parameter: 'body', detail }]);
      }
      return reply.code(201).send(await office.attach(name, request.body));
    },
  );
}

const saidIn = (body: Body) => ({
  reason: body.text('reason') ?? '',
  evidence: body.text('evidence') ?? null,
  attachments: body.attachments(),
});

function intervalOf({ text }: Body): Interval {
  const refusals: Refusal[] = [];
  const from = readTime('from', text('from'), refusals);
  const to = readTime('to', text('to'), refusals);
  if (from === null || to === null) throw new Refused(refusals);
  return { from, to };
}

function refOf({ text }: Body) {
  const ref = parseRef(text('of') ?? '');
  if (ref) return ref;
  throw new Refused([
    refuse('of', 'is no outage', 'PORT@OBSERVER/START or C…, as GET /api/v1/outages gives it'),
  ]);
}
