import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { type Config, watchNotes } from '../../config/config.js';
import { configJson } from '../../config/show.js';
import { keyFolder } from '../../seal/keys.js';
import type { Evaluated } from '../../services/evaluate.js';
import type { EvidenceMade } from '../../services/evidence/make.js';
import type { Verified } from '../../services/evidence/verify.js';
import { BadRequestError } from '../problem.js';
import { addOperation, addRoute } from '../route/route.js';

/** What came of work that can be told to be of no use: the message is for whoever asked. */
export type Worked<T> = { readonly done: T } | { readonly refused: string };

export interface PackWorked {
  readonly pack: Uint8Array;
  readonly made: EvidenceMade;
}

/**
 * What takes longer than a probe may wait, done beside everything else. Each rejects with `TooMany` where too much of
 * it waits already, and with `Unavailable` where it takes too long, or the store does not answer.
 */
export interface Jobs {
  /** Judges a case, as `pop-sla evaluate`. `bytes`: its JSON. */
  evaluate(task: { readonly bytes: Uint8Array; readonly details: boolean }): Promise<Evaluated>;
  evidence(task: { readonly service: string; readonly month: string }): Promise<Worked<PackWorked>>;
  /** Refused: the file is no pack, or not the one that was made. */
  verify(task: { readonly pack: Uint8Array }): Promise<Worked<Verified>>;
}

/** A month of rounds of fifty paths is half of this. */
const maxBytes = 32 * 1024 * 1024;

/** `POST /api/v1/evaluate`: a case of somebody's own, judged by a plan. */
export function evaluateRoutes(server: FastifyInstance, jobs: Pick<Jobs, 'evaluate'>): void {
  // Read by the reader of cases, which finds a key that stands twice, and says where a fault is.
  server.removeContentTypeParser('application/json');
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, content, done) => {
    done(null, content);
  });
  addRoute(server, {
    method: 'POST',
    url: '/api/v1/evaluate',
    operationId: 'evaluateCase',
    tag: 'plans',
    access: 'evaluate:run',
    summary:
      'Judges one month of services by a plan, from a case as `pop-sla evaluate` takes it; keeps nothing.',
    bodyLimit: maxBytes,
    query: z.strictObject({ details: z.enum(['true', 'false']).default('false') }),
    body: z
      .instanceof(Buffer, { error: 'is no JSON object; allowed: a case' })
      .meta({ type: 'object', description: 'a case; a plan is an id or the whole plan, and no file' }),
    answer: { description: 'the result', schema: z.looseObject({ month: z.string() }) },
    handle: async ({ query, body }) => {
      const judged = await jobs.evaluate({ bytes: body, details: query.details === 'true' });
      if ('result' in judged) return judged.result;
      throw new BadRequestError(
        judged.faults.map(({ path, message }) => ({ parameter: path, detail: message })),
      );
    },
  });
}

/** `/api/v1/keys`: the public keys, so that anybody can verify what was signed by them. */
export function keyRoutes(server: FastifyInstance, config: () => Config) {
  const listKeys = addOperation(server, {
    method: 'GET',
    url: '/api/v1/keys',
    operationId: 'listKeys',
    tag: 'keys',
    access: 'keys:read',
    summary: 'The public key that signs statements and evidence, and those that did.',
    answer: {
      description: 'the keys',
      schema: z.strictObject({
        keys: z.array(z.strictObject({ id: z.string(), pem: z.string(), current: z.boolean() })),
      }),
    },
    handle: async () => ({
      keys: (await keyFolder(config().keys.folder).list()).map(({ id, pem, current }) => ({
        id,
        pem,
        current,
      })),
    }),
  });
  return { listKeys };
}

/** `/api/v1/config`: the configuration in force. */
export function configRoutes(server: FastifyInstance, config: () => Config): void {
  addRoute(server, {
    method: 'GET',
    url: '/api/v1/config',
    operationId: 'getConfig',
    tag: 'about',
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
