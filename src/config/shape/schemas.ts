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

/** Of the kinds of a mapping (`kind: downtime`) the one that the input says it is; undefined: none, or not said. */
export function memberOf(schema: z.ZodDiscriminatedUnion, input: unknown): z.ZodObject | undefined {
  const { discriminator } = schema.def;
  const said: unknown =
    typeof input === 'object' && input !== null
      ? (input as Record<string, unknown>)[discriminator]
      : undefined;
  return (schema.options as z.ZodObject[]).find((option) => kindOf(option, discriminator) === said);
}

export function kindsOf(schema: z.ZodDiscriminatedUnion): string[] {
  return (schema.options as z.ZodObject[]).map((option) => kindOf(option, schema.def.discriminator));
}

const kindOf = (option: z.ZodObject, discriminator: string): string =>
  String((option.shape as Record<string, z.ZodLiteral>)[discriminator]?.value);

/** The schema of the value at a path; of a mapping of several kinds, the one that the input is of. */
export function schemaAt(schema: Schema, at: readonly PropertyKey[], input: unknown): Schema | undefined {
  let here: Schema | undefined = bare(schema);
  let value = input;
  for (const step of at) {
    if (here instanceof z.ZodDiscriminatedUnion) here = memberOf(here, value);
    if (here instanceof z.ZodObject) here = (here.shape as Record<PropertyKey, Schema>)[step];
    else if (here instanceof z.ZodArray) here = here.element;
    else return undefined;
    if (here === undefined) return undefined;
    here = bare(here);
    value =
      typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[step] : undefined;
  }
  return here instanceof z.ZodDiscriminatedUnion ? (memberOf(here, value) ?? here) : here;
}

/** The keys that a mapping may have; none when it is no mapping. */
export function keysOf(schema: Schema | undefined): string[] {
  const inner = schema === undefined ? undefined : bare(schema);
  return inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
}
