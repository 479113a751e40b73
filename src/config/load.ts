import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import type { Plan } from '../core/plan.js';
import type { Config } from './config.js';
import { planFilesOf, plansFrom } from './customers/draft.js';
import { type BookBase, parseCustomers } from './customers/parse.js';
import { emptyCustomers } from './customers/schema.js';
import { findHome } from './defaults.js';
import { type FromHub, fromHub, cachedConfigFile, parseWithHub, readCachedConfig } from './hub.js';
import { type ConfigResult, parseConfig } from './parse.js';
import { planFiles } from './plan/parse.js';
import type { Problem } from './problem.js';

/**
 * Reads and parses a config file, and the file of customers that it names. A file that can't be read is a problem
 * like any other; never rejects.
 */
export async function loadConfig(
  file: string,
  cwd: string = process.cwd(),
  /** For an agent: what its hub says of the mesh; by default what it keeps of it, where that is of use. */
  hub: FromHub | 'cached' | null = 'cached',
): Promise<ConfigResult> {
  const text = await read(resolve(cwd, file), file, 'a readable YAML file, by --config or POP_SLA_CONFIG');
  if (typeof text !== 'string') return { ok: false, problems: [text] };
  const parsed = parseBy(hub, text, file, cwd);
  if (!parsed.ok) return parsed;
  const { config } = parsed;
  if (config.customers !== null) return withBook(config, config.customers, cwd);
  return { ok: true, config: { ...config, bookBase: noFile() } };
}

function parseBy(hub: FromHub | 'cached' | null, text: string, file: string, cwd: string): ConfigResult {
  if (hub !== null && hub !== 'cached')
    return whereItIs((data) => parseWithHub(text, file, cwd, hub, data), cwd);
  const local = whereItIs((data) => parseConfig(text, file, cwd, data), cwd);
  if (hub === null || !local.ok || local.config.role !== 'agent') return local;
  try {
    const cached = readCachedConfig(cachedConfigFile(local.config.store.path));
    const whole = cached && whereItIs((data) => parseWithHub(text, file, cwd, fromHub(cached), data), cwd);
    return whole?.ok === true ? whole : local;
  } catch {
    // The daemon says what is wrong with it; an agent can do without.
    return local;
  }
}

/**
 * Up to version 0.1 relative paths of the data started at the working directory. What lies there, and isn't where it
 * would be now, is used where it is.
 */
function whereItIs(parse: (dataFolder?: string) => ConfigResult, cwd: string): ConfigResult {
  const now = parse();
  if (!now.ok) return now;
  const { store, keys } = now.config;
  const hasDatabase = store.postgres !== null || existsSync(store.path);
  if (hasDatabase && existsSync(keys.folder)) return now;
  const before = parse(cwd);
  if (!before.ok) return now;
  const { path } = before.config.store;
  const isDatabaseBefore = !hasDatabase && path !== store.path && existsSync(path);
  const keysBefore = before.config.keys.folder;
  const areKeysBefore =
    !existsSync(keys.folder) && keysBefore !== keys.folder && existsSync(join(keysBefore, 'current'));
  return {
    ok: true,
    config: {
      ...now.config,
      store: isDatabaseBefore ? { ...store, path, placeNow: store.path } : store,
      keys: areKeysBefore ? { folder: keysBefore, placeNow: keys.folder } : keys,
    },
  };
}

/** Without a file of customers they can be entered; the plans are read when somebody does. */
function noFile(): BookBase {
  let plans: ReadonlyMap<string, Plan> | null = null;
  const source = () => plansFrom(planFiles(findHome()), '.');
  return { file: null, raw: emptyCustomers(), plans: () => (plans ??= planFilesOf({}, source()).plans) };
}

async function withBook(config: Config, file: string, cwd: string): Promise<ConfigResult> {
  const near = relative(cwd, file);
  const shown = near === '' || near.startsWith('..') ? file : near;
  const text = await read(file, shown, 'a readable YAML file; the configuration names it as customers');
  if (typeof text !== 'string') return { ok: false, problems: [text] };
  const parsed = parseCustomers(text, {
    file: shown,
    pops: config.pops.map(({ id }) => id),
    plans: plansFrom(planFiles(findHome()), dirname(file)),
  });
  if (!parsed.ok) return parsed;
  return { ok: true, config: { ...config, book: parsed.book, bookBase: parsed.base } };
}

async function read(file: string, shown: string, allowed: string): Promise<string | Problem> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    return unreadable(shown, (error as NodeJS.ErrnoException).code, allowed);
  }
}

function unreadable(file: string, code: string | undefined, allowed: string): Problem {
  const reasons: Record<string, string> = {
    ENOENT: 'does not exist',
    EACCES: 'may not be read by this user',
    EISDIR: 'is a directory',
    ENOTDIR: 'is not in a directory',
  };
  const what = reasons[code ?? ''] ?? `can't be read (${code ?? 'unknown error'})`;
  return { file, line: null, column: null, path: '', value: null, what, allowed };
}
