import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { docs } from '../access/caller.js';
import { BadRequestError } from '../problem.js';
import { inputFaults } from './input.js';
import { addRoute } from './route.js';
import { textOf, cacheSerialized } from './serialized.js';

/** OpenAPI 3.1 of every route that is added after this, and the page `/docs` that reads it. */
export function describeRoutes(server: FastifyInstance, version: string): void {
  server.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'pop-sla',
        version,
        description: 'What is measured, what it means by the contract, and what people enter.',
      },
      components: {
        securitySchemes: {
          token: { type: 'http', scheme: 'bearer', description: 'A token of `pop-sla token create`.' },
        },
      },
      security: [{ token: [] }],
    },
    transform: jsonSchemaTransform,
  });
  server.register(swaggerUi, {
    routePrefix: docs,
    staticCSP: {
      'default-src': ["'none'"],
      'script-src': ["'self'"],
      // What draws the page sets styles of its own.
      'style-src': ["'self'", "'unsafe-inline'"],
      'img-src': ["'self'", 'data:'],
      'font-src': ["'self'"],
      'connect-src': ["'self'"],
      'base-uri': ["'none'"],
      'form-action': ["'none'"],
      'frame-ancestors': ["'none'"],
    },
    // Drawing all operations at once takes a browser minutes: a group is opened when somebody wants it.
    uiConfig: {
      url: '/api/v1/openapi.json',
      deepLinking: false,
      validatorUrl: null,
      docExpansion: 'none',
    },
  });
}

/** `/api/v1/openapi.json`. */
export function documentRoute(server: FastifyInstance): void {
  let document: object | undefined;
  addRoute(server, {
    method: 'GET',
    url: '/api/v1/openapi.json',
    operationId: 'getOpenApi',
    summary: 'This description, as OpenAPI 3.1.',
    tag: 'about',
    access: 'open',
    answer: { description: 'OpenAPI 3.1', schema: z.looseObject({ openapi: z.string() }) },
    // Made once: no route comes after the first request.
    handle: () => (document ??= cacheSerialized(server.swagger())),
  });
}

interface CompilerOptions {
  /**
   * Holds every answer against its schema, and fails with 500 where it says something else. For tests: who asks is
   * better served by an answer with a key too many than by none.
   */
  readonly checkAnswers: boolean;
}

/** Zod for what comes in, with every fault at once, and for what goes out. */
export function useZod(server: FastifyInstance, { checkAnswers }: CompilerOptions): void {
  server.setValidatorCompiler<z.ZodType>(({ schema }) => (given: unknown) => {
    const read = schema.safeParse(given);
    return read.success
      ? { value: read.data }
      : { error: new BadRequestError(inputFaults(schema, given, read.error.issues)) };
  });
  server.setSerializerCompiler(({ schema, method, url }) => (answer) => {
    const text = textOf(answer);
    if (checkAnswers && schema instanceof z.ZodType) {
      const read = schema.safeParse(JSON.parse(text.toString()));
      if (!read.success)
        throw new Error(`${method} ${url} answers not as declared: ${z.prettifyError(read.error)}`);
    }
    // Bytes go out as they are; the type knows of texts only.
    return text as string;
  });
}
