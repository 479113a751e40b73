import { createHash } from 'node:crypto';
import { z } from 'zod';
import { meshSectionNames, type MeshSections } from './from-hub.js';

/** What stands in the bucket: the mesh as its hub's file says it, and who put it there. */
export interface ConfigEnvelope {
  /** SHA-256 of the sections, in hexadecimal: the same words have the same digest. */
  readonly digest: string;
  readonly sections: MeshSections;
  /** The hub's name, and when, ISO 8601. */
  readonly by: string;
  readonly at: string;
}

const format = 1;

const schema = z.object({
  format: z.literal(format),
  digest: z.string(),
  by: z.string(),
  at: z.string(),
  sections: z.strictObject(
    Object.fromEntries(meshSectionNames.map((name) => [name, z.unknown().optional()])),
  ),
});

export const digestOf = (sections: MeshSections): string =>
  createHash('sha256').update(JSON.stringify(sections, inOrder)).digest('hex');

/** The order of keys means nothing. */
function inOrder(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

export function packEnvelope(sections: MeshSections, by: string, at: string): Uint8Array {
  const envelope = { format, digest: digestOf(sections), by, at, sections };
  return new TextEncoder().encode(JSON.stringify(envelope));
}

/** Throws an `Error` that says what is wrong with it. */
export function readEnvelope(bytes: Uint8Array): ConfigEnvelope {
  let data: unknown;
  try {
    data = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new Error('is no JSON');
  }
  const read = schema.safeParse(data);
  if (!read.success) {
    const { format: found } = data as { format?: unknown };
    if (typeof found === 'number' && found !== format)
      throw new Error(`has the format ${found}; known here: ${format}`);
    throw new Error(`is not what a hub publishes: ${read.error.issues[0]?.message ?? 'unknown'}`);
  }
  const { digest, by, at } = read.data;
  const sections: MeshSections = read.data.sections;
  if (digestOf(sections) !== digest) throw new Error('does not match its digest');
  return { digest, sections, by, at };
}
