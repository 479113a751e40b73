import type { FastifyInstance } from 'fastify';
import { addPage, type PortalOptions } from '../page.js';

/** A proxy or a browser gives up on a stream that says nothing. */
const aliveMs = 15_000;
/** Then the browser asks again, and has to be allowed again. */
const longestMs = 300_000;

/**
 * `/mesh/changes`: a stream (server-sent events) that says when the network changed. It tells nothing of what: the page
 * asks for itself anew, with whatever its reader may see.
 */
export function changesStream(server: FastifyInstance, portal: PortalOptions): void {
  addPage(server, portal, {
    method: 'GET',
    url: '/mesh/changes',
    access: 'network:read',
    handle: ({ reply }) => {
      const alive = setInterval(() => reply.raw.write(': \n\n'), aliveMs).unref();
      const end = (): void => {
        clearInterval(alive);
        clearTimeout(longest);
        unsubscribe?.();
        if (!reply.raw.writableEnded) reply.raw.end();
      };
      const longest = setTimeout(end, longestMs).unref();
      const unsubscribe = portal.changes.subscribe({
        changed: () => {
          reply.raw.write('data: changed\n\n');
        },
        end,
      });
      if (unsubscribe === null) {
        clearInterval(alive);
        clearTimeout(longest);
        return null;
      }
      reply.hijack();
      reply.raw.writeHead(200, {
        'content-type': 'text/event-stream',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        // Nginx would keep it back otherwise.
        'x-accel-buffering': 'no',
      });
      reply.raw.write('retry: 3000\n\n');
      reply.raw.on('close', end);
      return null;
    },
  });
}
