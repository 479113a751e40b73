import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Problem } from '../problem.js';
import { parsePlan, type PlanResult } from './parse.js';

/** The one place that reads plan files. */
export interface PlanFiles {
  /** Ids of the plans that come with the program, sorted. */
  builtIn(): readonly string[];
  /** A built-in plan; null when there is none of that id. */
  byId(id: string): PlanResult | null;
  /** A plan file of the user's, relative to `folder`. */
  byFile(file: string, folder: string): PlanResult;
}

/** `home` is the folder that has `config/plans`: the same from the source and from the build. */
export function planFiles(home: string): PlanFiles {
  const folder = join(home, 'config', 'plans');
  const builtIn = () =>
    readdirSync(folder)
      .flatMap((name) => (name.endsWith('.yaml') ? [name.slice(0, -'.yaml'.length)] : []))
      .sort();
  return {
    builtIn,
    byId: (id) => (builtIn().includes(id) ? readPlan(join(folder, `${id}.yaml`), `${id}.yaml`) : null),
    byFile: (file, from) => readPlan(resolve(from, file), file),
  };
}

function readPlan(file: string, name: string): PlanResult {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file));
  } catch (error) {
    return { ok: false, problems: [unreadable(name, error)] };
  }
  return parsePlan(text, name);
}

function unreadable(file: string, error: unknown): Problem {
  const { code } = error as NodeJS.ErrnoException;
  const why = code === 'ERR_ENCODING_INVALID_ENCODED_DATA' ? 'it is not UTF-8' : (code ?? 'it is not a file');
  const what = code === 'ENOENT' ? 'there is no such file' : `can't be read: ${why}`;
  return {
    file,
    line: null,
    column: null,
    path: '',
    value: null,
    what,
    allowed: 'a plan file in YAML or JSON',
  };
}
