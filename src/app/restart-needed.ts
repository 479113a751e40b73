import type { Config } from '../config/config.js';
import type { Problem } from '../config/problem.js';

/** The new configuration, with what a reload can't change as it is running. */
export function reloadable(running: Config, next: Config): Config {
  const { role, mesh, driver, http, log, store } = running;
  const { path, postgres } = store;
  return { ...next, role, mesh, driver, http, log, store: { ...next.store, path, postgres } };
}

/**
 * What can't be taken at all while it runs; null: nothing. Its rounds, its rows at the hub and what it saw of ports go
 * by the PoP that it stands in.
 */
export function refusedReload(running: Config, next: Config): Problem | null {
  if (running.agent === next.agent) return null;
  return {
    ...{ file: next.file, line: null, column: null, path: 'agent', value: next.agent },
    what: `is another PoP than ${running.agent}, which this daemon stands in`,
    allowed: `${running.agent}, or a restart`,
  };
}

/** What a reload can't change: the parts of the new configuration that take effect at the next start. */
export function restartNeeded(running: Config, next: Config): string[] {
  const parts: readonly [string, (config: Config) => unknown][] = [
    ['role', (config) => config.role],
    ['mesh', (config) => config.mesh],
    ['driver', (config) => config.driver],
    ['store', ({ store }) => [store.path, store.postgres]],
    ['http', (config) => config.http],
    ['log', (config) => config.log],
  ];
  return parts
    .filter(([, part]) => JSON.stringify(part(running)) !== JSON.stringify(part(next)))
    .map(([name]) => name);
}
