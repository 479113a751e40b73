import type { Config, PathConfig } from '../../config/config.js';
import { exitCodes, ExitError } from '../context.js';

/**
 * The configured paths that words on the command line name: a path, or the PoP at its end. Nothing named: all.
 * Without quotes a shell takes `HKG>SIN` for a redirection and gives us `HKG`; the fault says so.
 */
export function namedPaths(names: readonly string[], { paths, agent }: Config): readonly PathConfig[] {
  if (names.length === 0) return paths;
  const unknown = names.filter((name) => !paths.some((path) => isNamed(path, name)));
  if (unknown.length > 0) {
    const known = paths.map((path) => `'${path.id}'`).join(', ') || 'none: there are no paths';
    const quotes = unknown.includes(agent) ? ` (a path needs quotes: '${agent}>…')` : '';
    throw new ExitError(
      exitCodes.badInput,
      unknown.map((name) => `pop-sla: no path '${name}'${quotes}; allowed: ${known}`).join('\n'),
    );
  }
  return paths.filter((path) => names.some((name) => isNamed(path, name)));
}

const isNamed = (path: PathConfig, name: string): boolean => path.id === name || path.destination === name;
