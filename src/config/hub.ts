import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseDocument, stringify } from 'yaml';
import { z } from 'zod';
import { type ConfigResult, parseConfig } from './parse.js';
import type { Problem } from './problem.js';
import { readYaml } from './yaml/document.js';

/** What is said of a mesh in one place, its hub's file; everything else is a daemon's own. */
const meshSectionNames = ['pops', 'paths', 'commitments', 'measurement', 'watch'] as const;

/** Those sections as plain data, as they are in the hub's file. */
export type MeshSections = { readonly [K in (typeof meshSectionNames)[number]]?: unknown };

/** What of a hub's file is for its agents; the text has been checked. */
export function meshSectionsOf(text: string): MeshSections {
  const { value } = readYaml(text);
  return pick((value ?? {}) as Record<string, unknown>, (key) => isSection(key));
}

export interface FromHub {
  /** What problems call it: `revision 7 of the hub`. */
  readonly name: string;
  readonly sections: MeshSections;
}

/**
 * An agent's file with what its hub says of the mesh in place of what stands there itself → the configuration, or
 * everything that is wrong with the two together. Never throws.
 */
export function parseWithHub(
  text: string,
  file: string,
  cwd: string,
  hub: FromHub,
  dataFolder?: string,
): ConfigResult {
  const doc = parseDocument(text, { logLevel: 'silent' });
  const localValue: unknown = doc.errors.length > 0 ? null : readYaml(text).value;
  if (typeof localValue !== 'object' || localValue === null || Array.isArray(localValue))
    return parseConfig(text, file, cwd, dataFolder);
  const local = pick(localValue as Record<string, unknown>, (key) => !isSection(key));
  const result = parseConfig(stringify({ ...local, ...hub.sections }), file, cwd, dataFolder);
  if (result.ok) return result;
  return { ok: false, problems: result.problems.map((problem) => placed(problem, file, hub.name)) };
}

/** Lines are those of a text that nobody has; the key says where it is. */
function placed(problem: Problem, file: string, hub: string): Problem {
  const [key = ''] = problem.path.split(/[.[]/, 1);
  return { ...problem, file: isSection(key) ? hub : file, line: null, column: null };
}

const isSection = (key: string): boolean => (meshSectionNames as readonly string[]).includes(key);

const pick = (data: Record<string, unknown>, wanted: (key: string) => boolean): Record<string, unknown> =>
  Object.fromEntries(Object.entries(data).filter(([key]) => wanted(key)));

/** What is in the bucket: the mesh as its hub's file says it, and who put it there. */
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

/** A revision of the hub's that was valid, as an agent caches it. */
export interface CachedConfig {
  /** The bucket's own count. */
  readonly revision: number;
  readonly envelope: ConfigEnvelope;
}

/** Where an agent caches its configuration for times when it can't reach its hub: beside its database. */
export const cachedConfigFile = (storePath: string): string => join(dirname(storePath), 'mesh-config.json');

/** Null: there is none. Throws an `Error` for one that can't be used. */
export function readCachedConfig(file: string): CachedConfig | null {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  const line = text.indexOf('\n');
  const revision = Number(text.slice(0, line));
  if (!Number.isSafeInteger(revision) || revision < 1) throw new Error('has no revision in its first line');
  return { revision, envelope: readEnvelope(new TextEncoder().encode(text.slice(line + 1))) };
}

/** What the file holds for a revision: the bucket's count in a line of its own, and the bytes as they were. */
export const cachedConfigBytes = (revision: number, bytes: Uint8Array): Uint8Array =>
  Buffer.concat([Buffer.from(`${revision}\n`), bytes]);

export const fromHub = ({ revision, envelope }: CachedConfig): FromHub => ({
  name: `revision ${revision} of the hub`,
  sections: envelope.sections,
});
