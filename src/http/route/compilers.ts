import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { BadRequest } from '../problem.js';
import { inputFaults } from './faults.js';
import { textOf } from './written.js';

export interface CompilerOptions {
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
      : { error: new BadRequest(inputFaults(schema, given, read.error.issues)) };
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
