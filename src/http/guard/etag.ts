import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';

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
