import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseConfig, type ConfigResult } from './parse.js';
import type { Problem } from './problem.js';

/** Reads and parses a config file. A file that can't be read is a problem like any other; never rejects. */
export async function loadConfig(file: string, cwd: string = process.cwd()): Promise<ConfigResult> {
  let text: string;
  try {
    text = await readFile(resolve(cwd, file), 'utf8');
  } catch (error) {
    return { ok: false, problems: [unreadable(file, (error as NodeJS.ErrnoException).code)] };
  }
  return parseConfig(text, file, cwd);
}

function unreadable(file: string, code: string | undefined): Problem {
  const reasons: Record<string, string> = {
    ENOENT: 'does not exist',
    EACCES: 'may not be read by this user',
    EISDIR: 'is a directory',
    ENOTDIR: 'is not in a directory',
  };
  const what = reasons[code ?? ''] ?? `can't be read (${code ?? 'unknown error'})`;
  const allowed = 'a readable YAML file, by --config or POP_SLA_CONFIG';
  return { file, line: null, column: null, path: '', value: null, what, allowed };
}
