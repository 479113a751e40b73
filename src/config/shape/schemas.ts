import { z } from 'zod';

type Schema = z.core.$ZodType;

/** The mapping, list or scalar inside of defaults, optional marks and short forms. */
export function bare(schema: Schema): Schema {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodNullable
  ) {
    return bare(schema.unwrap());
  }
  if (schema instanceof z.ZodPipe && schema.in instanceof z.ZodTransform) return bare(schema.out);
  return schema;
}

/** The schema of the value at a path. */
export function schemaAt(schema: Schema, at: readonly PropertyKey[]): Schema | undefined {
  let here: Schema | undefined = bare(schema);
  for (const step of at) {
    if (here instanceof z.ZodObject) here = (here.shape as Record<PropertyKey, Schema>)[step];
    else if (here instanceof z.ZodArray) here = here.element;
    else return undefined;
    if (here === undefined) return undefined;
    here = bare(here);
  }
  return here;
}

/** The keys that a mapping may have; none when it is no mapping. */
export function keysOf(schema: Schema | undefined): string[] {
  const inner = schema === undefined ? undefined : bare(schema);
  return inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
}
