import { buildConfig } from './build.js';
import { checkAll } from './checks/checks.js';
import type { Config } from './config.js';
import type { Problem } from './problem.js';
import { configSchema } from './schema/schema.js';
import { parseStrict } from './strict.js';

export type ConfigResult =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/**
 * The text of a config file → the configuration, or everything that is wrong with it. Never throws. `file` is what
 * problems call it, relative to `cwd`; relative paths in the text start at the file's folder, those of the data at
 * `dataFolder` where it is given.
 */
export function parseConfig(
  text: string,
  file: string,
  cwd: string = process.cwd(),
  dataFolder?: string,
): ConfigResult {
  const parsed = parseStrict({ text, file, schema: configSchema, check: checkAll });
  return parsed.ok ? { ok: true, config: buildConfig(parsed.value, file, cwd, dataFolder) } : parsed;
}
