import type { Config } from '../../config/config.js';
import type { EpochMs, PathId } from '../../core/types.js';
import type { EngineEvents, Log } from '../ports.js';
import { lookAtPath, type SuggestOptions } from './suggest.js';

export interface SuggesterOptions {
  readonly store: SuggestOptions['store'];
  readonly config: () => Config;
  readonly now: () => EpochMs;
  readonly log: Log;
}

/** Follows the rounds as they are stored, and raises suggestions; one look at a path at a time. */
export function createSuggester({ store, config, now, log }: SuggesterOptions): {
  readonly events: Partial<EngineEvents>;
  /** Resolves when no look is under way any more. */
  idle(): Promise<void>;
} {
  const under = new Map<PathId, Promise<void>>();
  const look = async (path: PathId): Promise<void> => {
    try {
      const found = await lookAtPath({ store, config: config(), path, now: now() });
      if (!found || found.lastSlot === found.firstSlot) return;
      const fields = { path, metrics: found.metrics, since: new Date(found.firstSlot).toISOString() };
      if (found.endedSlot !== null) log.info(fields, 'what suggested a fault report is over');
      else log.info(fields, 'a path suggests a fault report');
    } catch (error) {
      log.error({ err: error, path }, 'a path could not be looked at for a suggestion');
    }
  };
  return {
    events: {
      roundStored: ({ path, status }) => {
        if (status !== 'ok') return;
        const next = (under.get(path) ?? Promise.resolve()).then(() => look(path));
        under.set(path, next);
        void next.then(() => {
          if (under.get(path) === next) under.delete(path);
        });
      },
    },
    idle: async () => {
      await Promise.all(under.values());
    },
  };
}
