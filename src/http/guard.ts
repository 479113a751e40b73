import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { createHash } from 'node:crypto';
import type { EpochMs } from '../core/types.js';
import type { Reply, ReplyStore } from '../store/access-store.js';
import { docs } from './access/caller.js';
import {
  BadRequestError,
  ConflictError,
  ForbiddenError,
  type HttpLog,
  TooManyRequestsError,
} from './problem.js';
import { isUnlimited, mostAskers, networkOf, rateWindowMs, tooManyRequests } from './rate.js';

/** Of what is given again as it is: it needs no other tag. */
const tags = new WeakMap<Buffer, string>();

/**
 * Gives what was read under `/api/v1` a tag by its content, and who has it already an empty 304. Each look asks again,
 * so that nobody goes on seeing what it may see no more.
 */
export function answerTags(server: FastifyInstance): void {
  server.addHook('onSend', (request, reply, payload, done) => {
    const readable = request.method === 'GET' || request.method === 'HEAD';
    const content = typeof payload === 'string' || Buffer.isBuffer(payload) ? payload : null;
    if (!readable || reply.statusCode !== 200 || content === null || !request.url.startsWith('/api/v1/')) {
      done(null, payload);
      return;
    }
    const tag = tagOf(content);
    reply
      .header('etag', tag)
      .header('cache-control', 'private, no-cache')
      .header('vary', 'authorization, cookie');
    const known = request.headers['if-none-match']?.split(',').map((one) => one.trim().replace(/^W\//, ''));
    if (known?.some((one) => one === tag || one === '*') !== true) {
      done(null, payload);
      return;
    }
    reply.code(304).removeHeader('content-length').removeHeader('content-type');
    done(null, '');
  });
}

function tagOf(content: string | Buffer): string {
  const kept = typeof content === 'string' ? undefined : tags.get(content);
  if (kept !== undefined) return kept;
  const tag = `"${createHash('sha256').update(content).digest('base64url').slice(0, 27)}"`;
  if (typeof content !== 'string') tags.set(content, tag);
  return tag;
}

/** What tells a browser to trust nothing but what is meant; answers are nobody else's to keep. */
export function secureHeaders(server: FastifyInstance): void {
  server.register(helmet, {
    global: true,
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'none'"],
        'script-src': ["'self'"],
        'style-src': ["'self'"],
        'img-src': ["'self'", 'data:'],
        'font-src': ["'self'"],
        'connect-src': ["'self'"],
        'form-action': ["'self'"],
        'base-uri': ["'none'"],
        'frame-ancestors': ["'none'"],
        'object-src': ["'none'"],
      },
    },
    referrerPolicy: { policy: 'same-origin' },
    crossOriginEmbedderPolicy: false,
    xFrameOptions: { action: 'deny' },
    // Behind TLS only: a browser ignores it elsewhere.
    strictTransportSecurity: { maxAge: 31_536_000, includeSubDomains: false },
  });
  server.addHook('onSend', (request, reply, payload, done) => {
    if (!reply.hasHeader('cache-control') && !request.url.startsWith(`${docs}/static/`)) {
      reply.header('cache-control', 'no-store');
    }
    done(null, payload);
  });
}

const keyHeader = 'idempotency-key';
const storedMs = 24 * 3_600_000;
/** Longer answers are not kept: nothing that writes answers so. */
const longest = 256 * 1024;

interface IdempotencyOptions {
  readonly replies: ReplyStore;
  readonly now: () => EpochMs;
  readonly log: HttpLog;
}

interface IdempotentRequest {
  readonly principal: string;
  readonly key: string;
  /** The fingerprint of what is asked for. */
  readonly request: string;
}

declare module 'fastify' {
  interface FastifyRequest {
    idempotency: IdempotentRequest | null;
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
  const release = (wanted: IdempotentRequest): void => {
    underWay.delete(placeOf(wanted));
  };
  server.decorateRequest('idempotency', null);
  server.addHook('preHandler', async (request, reply) => {
    const key = request.headers[keyHeader];
    const { identified } = request;
    if (key === undefined || request.method !== 'POST' || identified === null) return;
    if (typeof key !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(key)) {
      throw new BadRequestError([
        { parameter: keyHeader, detail: 'is no key; allowed: 1 to 255 letters, digits and signs' },
      ]);
    }
    const principal = `${identified.principal.id} ${identified.principal.name}`;
    const wanted = { principal, key, request: fingerprint(request) };
    const before = await replies.find(principal, key, now() - storedMs);
    if (before !== null) return replay(before, wanted, reply);
    if (underWay.has(placeOf(wanted))) {
      throw new ConflictError(`a request with the ${keyHeader} ${key} is under way; allowed: to ask again`);
    }
    underWay.add(placeOf(wanted));
    request.idempotency = wanted;
    // The work of before may have ended between the two looks.
    const meanwhile = await replies.find(principal, key, now() - storedMs);
    if (meanwhile === null) return;
    release(wanted);
    request.idempotency = null;
    return replay(meanwhile, wanted, reply);
  });
  // Every handler sends an answer, whether anybody still waits for it or not: the key is locked until it is kept.
  server.addHook('onSend', async (request, reply, payload) => {
    const wanted = request.idempotency;
    if (wanted === null) return payload;
    const body =
      typeof payload === 'string' ? payload : payload === undefined || payload === null ? '' : null;
    const kept =
      reply.statusCode < 300 &&
      request.routeOptions.config.secret !== true &&
      body !== null &&
      body.length <= longest;
    const contentType = String(reply.getHeader('content-type') ?? 'application/json; charset=utf-8');
    const at = now();
    const { statusCode: status } = reply;
    try {
      if (kept) await replies.put({ ...wanted, at, status, contentType, body }, at - storedMs);
    } catch (error) {
      // It is done: who asks again does it again, which is said rather than a failure that was none.
      log.error({ err: error }, 'an answer could not be kept for its key');
    } finally {
      release(wanted);
    }
    return payload;
  });
}

/** The fingerprint of a request and, for somebody who sees some customers only, who those are. */
function fingerprint(request: FastifyRequest): string {
  const { method, url, body, caller } = request;
  const hash = createHash('sha256').update(`${method} ${url}\n`);
  const asked = hash.update(Buffer.isBuffer(body) ? body : JSON.stringify(body ?? null)).digest('hex');
  const seen = caller?.customersSeen();
  return seen === undefined || seen === null ? asked : `${asked} ${JSON.stringify(seen)}`;
}

/** Gives the answer of before again, but to nobody who sees less by now than it did then. */
function replay(before: Reply, wanted: IdempotentRequest, reply: FastifyReply): FastifyReply {
  const [then, seenThen] = parted(before.request);
  const [asked, seenNow] = parted(wanted.request);
  if (then !== asked) {
    throw new ConflictError(
      `another request had the ${keyHeader} ${before.key}; allowed: the same again, or another key`,
    );
  }
  if (seenNow !== null && (seenThen === null || seenThen.some((customer) => !seenNow.includes(customer))))
    throw new ForbiddenError('the answer of before is of what may be seen no more; allowed: another key');
  return reply
    .code(before.status)
    .type(before.contentType)
    .header('idempotency-replayed', 'true')
    .serializer((text: string) => text)
    .send(before.body);
}

/** `seen`: null where it was everything. */
function parted(request: string): readonly [asked: string, seen: readonly string[] | null] {
  const space = request.indexOf(' ');
  if (space < 0) return [request, null];
  return [request.slice(0, space), JSON.parse(request.slice(space + 1)) as string[]];
}

/** An address without the port and the brackets that proxies write around it. */
function bareAddress(text: string): string {
  const plain = text.trim().replace(/^"(.*)"$/, '$1');
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(plain)?.[1];
  if (bracketed !== undefined) return bracketed;
  return /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(plain)?.[1] ?? plain;
}

/** The `for` and `proto` of each hop of a `Forwarded` header (RFC 7239), the client first. */
function forwardedHops(header: string): { readonly client: string; readonly proto: string | null }[] {
  const hops = header.match(/(?:[^,"]|"(?:[^"\\]|\\.)*")+/g) ?? [];
  return hops.map((hop) => {
    const pairs = hop.match(/[^;=\s]+\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^;]*)/g) ?? [];
    const named = new Map(
      pairs.map((pair) => {
        const [name = '', ...rest] = pair.split('=');
        return [name.trim().toLowerCase(), rest.join('=').trim()] as const;
      }),
    );
    const proto = named.get('proto')?.replaceAll('"', '').toLowerCase() ?? null;
    return { client: bareAddress(named.get('for') ?? 'unknown'), proto };
  });
}

/**
 * Lets addresses of proxies be read as they write them: `192.0.2.1:4711`, `[2001:db8::1]:443`, and `Forwarded` where
 * there is no `X-Forwarded-For`. Comes before everything that asks for an address; only what trusted proxies say of it
 * is believed afterwards.
 */
export function readForwarded(server: FastifyInstance): void {
  server.addHook('onRequest', (request, _reply, done) => {
    const { headers } = request.raw;
    const given = headers['x-forwarded-for'];
    if (given !== undefined) {
      headers['x-forwarded-for'] = [given].flat().join(',').split(',').map(bareAddress).join(', ');
    } else if (headers.forwarded !== undefined) {
      const hops = forwardedHops(headers.forwarded);
      headers['x-forwarded-for'] = hops.map(({ client }) => client).join(', ');
      const proto = hops.at(-1)?.proto ?? null;
      if (proto !== null) headers['x-forwarded-proto'] ??= proto;
    }
    done();
  });
}

/** At most so many requests a minute from one address (of IPv6: a network of 64 bits); health is asked as often as one likes. */
export function limitRate(server: FastifyInstance, perMinute: number): void {
  server.register(rateLimit, {
    global: true,
    max: perMinute,
    timeWindow: rateWindowMs,
    cache: mostAskers,
    keyGenerator: ({ ip }) => networkOf(ip),
    allowList: ({ url }) => isUnlimited(url),
    errorResponseBuilder: (_request, { ttl, max }) => new TooManyRequestsError(tooManyRequests(max), ttl),
  });
}
