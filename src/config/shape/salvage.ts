import { z } from 'zod';
import { memberOf } from './schemas.js';

/** What is left of data when what is wrong is taken out of it. */
export type Salvaged<T> = T extends readonly (infer U)[]
  ? readonly (Salvaged<U> | undefined)[]
  : T extends object
    ? { readonly [K in keyof T]?: Salvaged<T[K]> | undefined }
    : T;

/**
 * Reads what can be read of a value that as a whole may be faulty, so that one fault does not hide the others.
 * List items keep their positions.
 */
export function salvage<S extends z.ZodType>(schema: S, input: unknown): Salvaged<z.output<S>> | undefined {
  return pieces(schema, input) as Salvaged<z.output<S>> | undefined;
}

function pieces(schema: z.core.$ZodType, input: unknown): unknown {
  const whole = z.safeParse(schema, input);
  if (whole.success) return whole.data;
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodNullable
  ) {
    return pieces(schema.unwrap(), input);
  }
  if (schema instanceof z.ZodPipe && schema.in instanceof z.ZodTransform) {
    const before = z.safeParse(schema.in, input);
    return before.success ? pieces(schema.out, before.data) : undefined;
  }
  if (schema instanceof z.ZodDiscriminatedUnion) {
    const member = memberOf(schema, input);
    return member === undefined ? undefined : pieces(member, input);
  }
  if (schema instanceof z.ZodArray && Array.isArray(input)) {
    return input.map((item) => pieces(schema.element, item));
  }
  if (schema instanceof z.ZodObject && typeof input === 'object' && input !== null && !Array.isArray(input)) {
    const data = input as Record<string, unknown>;
    return Object.fromEntries(
      Object.entries(schema.shape as Record<string, z.core.$ZodType>).map(([key, inner]) => [
        key,
        pieces(inner, Object.hasOwn(data, key) ? data[key] : undefined),
      ]),
    );
  }
  return undefined;
}
