import type { SuggestedMetric, Suggestion } from '../../../core/fault/suggestion.js';
import type { SuggestionStore } from '../../fault-store.js';
import type { Connection } from '../database.js';

type Row = Omit<Suggestion, 'metrics'> & { readonly metrics: string };

export function suggestionStore({ db, read, write }: Connection): SuggestionStore {
  const put = db.prepare(
    `INSERT INTO fault_suggestion (path, first_slot, last_slot, metrics, raised_at, ended_slot)
     VALUES (:path, :firstSlot, :lastSlot, :metrics, :raisedAt, :endedSlot)
     ON CONFLICT (path, first_slot) DO UPDATE SET last_slot = excluded.last_slot, metrics = excluded.metrics,
       ended_slot = excluded.ended_slot`,
  );
  const list = db.prepare<[{ path: string | null; open: number; limit: number }], Row>(
    `SELECT path, first_slot AS firstSlot, last_slot AS lastSlot, metrics, raised_at AS raisedAt,
       ended_slot AS endedSlot
     FROM fault_suggestion WHERE (:path IS NULL OR path = :path) AND (:open = 0 OR ended_slot IS NULL)
     ORDER BY first_slot DESC, path LIMIT :limit`,
  );
  return {
    put: (suggestion) => write(() => void put.run({ ...suggestion, metrics: suggestion.metrics.join(',') })),
    list: ({ path, open, limit }) =>
      read(() =>
        list
          .all({ path: path ?? null, open: open === true ? 1 : 0, limit })
          .map((row) => ({ ...row, metrics: row.metrics.split(',') as SuggestedMetric[] })),
      ),
  };
}
