import type { Config } from '../../config/config.js';

/** What of its configuration a daemon measures itself: a hub's speaks of what its agents do. */
export function ownWork(config: Config): Config {
  if (config.role !== 'hub') return config;
  return { ...config, paths: [], watch: { ...config.watch, ports: [], references: [] } };
}
