import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { EpochMs } from '../../core/types.js';
import type { ReplyStore } from '../../store/access-store.js';
import { BadRequest, Conflict, type HttpLog } from '../problem.js';

export const keyHeader = 'idempotency-key';
const keptMs = 24 * 3_600_000;
/** Longer answers are not kept: nothing that writes answers so. */
const longest = 256 * 1024;

export interface IdempotencyOptions {
  readonly replies: ReplyStore;
  readonly now: () => EpochMs;
  readonly log: HttpLog;
}

declare module 'fastify' {
  interface FastifyRequest {
    idempotency: { readonly principal: string; readonly key: string; readonly request: string } | null;
  }
}

/**
 * A POST with a key of its own is done once: the same again within 24 hours gets the same answer, another with the
 * same key 409. What was refused is not kept: it may be put right and asked again. What makes a secret is never kept.
 */
export function onceForItsKey(server: FastifyInstance, { replies, now, log }: IdempotencyOptions): void {
  const underWay = new Set<string>();
  const placeOf = (one: { readonly principal: string; readonly key: string }) =>
    JSON.stringify([one.principal, one.key]);
  server.decorateRequest('idempotency', null);
  server.addHook('preHandler', async (request, reply) => {
    const key = request.headers[keyHeader];
    const { identified } = request;
    if (key === undefined || request.method !== 'POST' || identified === null) return;
    if (typeof key !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(key)) {
      throw new BadRequest([
        { parameter: keyHeader, detail: 'is no key; allowed: 1 to 255 letters, digits and signs' },
      ]);
    }
    const principal = `${identified.principal.id} ${identified.principal.name}`;
    const wanted = { principal, key, request: fingerprint(request) };
    if (underWay.has(placeOf(wanted))) {
      throw new Conflict(`a request with the ${keyHeader} ${key} is under way; allowed: to ask again`);
    }
    underWay.add(placeOf(wanted));
    request.idempotency = wanted;
    const before = await replies.find(principal, key, now() - keptMs);
    if (before === null) return;
    if (before.request !== wanted.request) {
      throw new Conflict(
        `another request had the ${keyHeader} ${key}; allowed: the same again, or another key`,
      );
    }
    request.idempotency = null;
    underWay.delete(placeOf(wanted));
    return reply
      .code(before.status)
      .type(before.contentType)
      .header('idempotency-replayed', 'true')
      .serializer((text: string) => text)
      .send(before.body);
  });
  server.addHook('onSend', async (request, reply, payload) => {
    const wanted = request.idempotency;
    if (wanted === null || reply.statusCode >= 300 || request.routeOptions.config.secret === true)
      return payload;
    const body =
      typeof payload === 'string' ? payload : payload === undefined || payload === null ? '' : null;
    if (body === null || body.length > longest) return payload;
    const contentType = String(reply.getHeader('content-type') ?? 'application/json; charset=utf-8');
    const at = now();
    try {
      await replies.put({ ...wanted, at, status: reply.statusCode, contentType, body }, at - keptMs);
    } catch (error) {
      // It is done: who asks again does it again, which is said rather than a failure that was none.
      log.error({ err: error }, 'an answer could not be kept for its key');
    }
    return payload;
  });
  server.addHook('onResponse', (request, _reply, done) => {
    if (request.idempotency !== null) underWay.delete(placeOf(request.idempotency));
    done();
  });
  server.addHook('onRequestAbort', (request, done) => {
    if (request.idempotency !== null) underWay.delete(placeOf(request.idempotency));
    done();
  });
}

function fingerprint({ method, url, body }: FastifyRequest): string {
  const hash = createHash('sha256').update(`${method} ${url}\n`);
  return hash.update(Buffer.isBuffer(body) ? body : JSON.stringify(body ?? null)).digest('hex');
}
