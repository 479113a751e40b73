import helmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';
import { docs } from '../access/admit.js';

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
