import type { FastifyInstance } from 'fastify';
import { isMonthName, monthRule } from '../../core/time/month.js';
import type { EpochMs } from '../../core/types.js';
import type { Office } from '../../engine/ledger/office.js';
import { availabilityJson } from '../../render/ledger/availability.js';
import { exclusionJson, outageJson } from '../../render/ledger/json.js';
import { readParameters, readInstant, type Reading } from '../parameters.js';
import { BadRequest } from '../problem.js';

/** `/api/v1/outages`, `/exclusions`, `/availability`, `/audit` and `/attachments`: what was entered, and what it does. */
export function ledgerReads(server: FastifyInstance, office: Office, now: () => EpochMs): void {
  const { desk } = office;
  server.get('/api/v1/outages', async (request) => {
    const query = readParameters(request.query, { port: readText, from: readInstant, to: readInstant });
    return { outages: (await desk.outages(query)).map(outageJson) };
  });
  server.get('/api/v1/exclusions', async (request) => {
    readParameters(request.query, {});
    return { exclusions: (await desk.exclusions()).map(exclusionJson) };
  });
  server.get<{ Params: { id: string } }>('/api/v1/exclusions/:id', async (request) =>
    exclusionJson(await desk.exclusion(request.params.id)),
  );
  server.get<{ Params: { id: string } }>('/api/v1/exclusions/:id/impact', async (request) => {
    const { id } = request.params;
    return { id, impacts: await office.impact(id) };
  });
  server.get('/api/v1/availability', async (request) => {
    const { month } = readParameters(request.query, { month: readMonth });
    if (month === undefined) {
      throw new BadRequest([{ parameter: 'month', detail: `is missing; allowed: ${monthRule}` }]);
    }
    return availabilityJson(month, await office.month(month), now());
  });
  server.get('/api/v1/audit', async (request) => {
    readParameters(request.query, {});
    return office.audit();
  });
  server.get<{ Params: { hash: string } }>('/api/v1/attachments/:hash', async (request, reply) => {
    const content = await office.attachment(request.params.hash);
    if (content === null) {
      reply.callNotFound();
      return;
    }
    // Never shown in place: what people attach is not ours to run.
    return reply
      .type('application/octet-stream')
      .header('content-disposition', 'attachment')
      .send(Buffer.from(content));
  });
}

const readText = (text: string): Reading<string> => ({ value: text });

const readMonth = (text: string): Reading<string> =>
  isMonthName(text) ? { value: text } : { detail: `is no month; allowed: ${monthRule}` };
