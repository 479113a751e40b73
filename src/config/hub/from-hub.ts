import { parseDocument, stringify } from 'yaml';
import { parseConfig, type ConfigResult } from '../parse.js';
import type { Problem } from '../problem.js';
import { readYaml } from '../yaml/document.js';

/** What is said of a mesh in one place, its hub's file; everything else is a daemon's own. */
export const meshSectionNames = ['pops', 'paths', 'commitments', 'measurement', 'watch'] as const;

/** Those sections as plain data, as they stand in the hub's file. */
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
  const own: unknown = doc.errors.length > 0 ? null : readYaml(text).value;
  if (typeof own !== 'object' || own === null || Array.isArray(own))
    return parseConfig(text, file, cwd, dataFolder);
  const local = pick(own as Record<string, unknown>, (key) => !isSection(key));
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
