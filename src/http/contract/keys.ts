import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Config } from '../../config/config.js';
import { keyFolder } from '../../seal/key-folder.js';
import { addRoute } from '../route/route.js';

/** `/api/v1/keys`: the public keys, so that anybody can verify what was signed by them. */
export function keyRoutes(server: FastifyInstance, config: () => Config): void {
  addRoute(server, {
    ...{ method: 'GET', url: '/api/v1/keys', operationId: 'listKeys', tag: 'keys', access: 'keys:read' },
    summary: 'The public key that signs statements and evidence, and those that did.',
    answer: {
      description: 'the keys',
      schema: z.strictObject({
        keys: z.array(z.strictObject({ id: z.string(), pem: z.string(), current: z.boolean() })),
      }),
    },
    handle: async () => ({
      keys: (await keyFolder(config().keys.folder).list()).map(({ id, pem, current }) => ({
        ...{ id, pem, current },
      })),
    }),
  });
}
