import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Config } from '../../config/config.js';
import { configJson } from '../../config/show.js';
import { watchNotes } from '../../config/watch-notes.js';
import { addRoute } from '../route/route.js';

/** `/api/v1/config`: the configuration in force. */
export function configRoutes(server: FastifyInstance, config: () => Config): void {
  addRoute(server, {
    ...{ method: 'GET', url: '/api/v1/config', operationId: 'getConfig', tag: 'about' },
    access: 'config:read',
    summary: 'The configuration in force, with every default filled in and without its secrets.',
    answer: {
      description: 'the configuration, as its file has it',
      schema: z.strictObject({
        file: z.string(),
        config: z.looseObject({}),
        notes: z.array(z.string()).meta({ description: 'what is in order, and may surprise' }),
      }),
    },
    handle: () => ({ file: config().file, config: configJson(config()), notes: watchNotes(config()) }),
  });
}
