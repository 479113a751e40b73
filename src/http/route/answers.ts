import { z } from 'zod';

/** What a route answers when all went well. */
export interface Answer {
  /** 200 unless told. */
  readonly status?: 200 | 201 | 202 | 204 | 302;
  readonly description: string;
  /** Of JSON; left out where it is bytes. */
  readonly schema?: z.ZodType;
  /** Of what is no JSON. */
  readonly contentType?: string;
}

/** RFC 9457. */
export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string(),
    errors: z.array(z.object({ parameter: z.string(), detail: z.string() })).optional(),
  })
  .meta({ description: 'problem details (RFC 9457)' });

/** An instant as it is answered: ISO 8601 with its offset. */
export const isoTime = () => z.iso.datetime({ offset: true });
export const span = () => z.strictObject({ from: isoTime(), to: isoTime().nullable() });
/** An amount or share in digits, as it is final. */
export const digits = () => z.string().regex(/^-?\d+(\.\d+)?$/);
/** An amount that is null for those who may not see it. */
export const amount = () => digits().nullable();

export function responseSchemas({ status = 200, description, schema, contentType }: Answer): object {
  const problems = { description: 'a problem', content: { 'application/problem+json': { schema: problem } } };
  // Nothing stands in them.
  if (status === 204 || status === 302)
    return { [status]: z.null().meta({ description }), '4xx': problems, '5xx': problems };
  const content = {
    [contentType ?? 'application/json']: { schema: schema ?? z.string().meta({ format: 'binary' }) },
  };
  return {
    [status]: { description, content },
    '4xx': problems,
    '5xx': problems,
  };
}
