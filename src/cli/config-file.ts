import { existsSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import type { Config } from '../config/config.js';
import type { Context } from './context.js';
import { ExitWith, exitCodes } from './exit.js';
import type { ConfigOptions } from './options.js';

/** Which file is the configuration, as a person would name it here. */
export function configFile({ config }: ConfigOptions, { env, cwd, home }: Context): string {
  const named = config ?? (env['POP_SLA_CONFIG'] || undefined);
  if (named !== undefined) return named;
  const own = join('config', 'pop-sla.yaml');
  if (existsSync(resolve(cwd, own))) return own;
  const shipped = join(home, own);
  const near = relative(cwd, shipped);
  return near.startsWith('..') ? shipped : near;
}

const isNamed = ({ config }: ConfigOptions, { env }: Context): boolean =>
  config !== undefined || (env['POP_SLA_CONFIG'] ?? '') !== '';

/** Reads the configuration, and says which it is where nobody named one; every fault of it ends the command, one line each. */
export async function readConfig(options: ConfigOptions, context: Context): Promise<Config> {
  if (!isNamed(options, context)) {
    const file = configFile(options, context);
    context.stderr.write(`pop-sla: configuration ${file} (another one: --config or POP_SLA_CONFIG)\n`);
  }
  const { loadConfig } = await import('../config/load.js');
  const loaded = await loadConfig(configFile(options, context), context.cwd);
  if (loaded.ok) return loaded.config;
  const { formatProblems } = await import('../config/problem.js');
  throw new ExitWith(exitCodes.badInput, formatProblems(loaded.problems));
}
