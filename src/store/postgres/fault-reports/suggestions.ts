import type { SuggestionStore } from '../../fault-store.js';
import {
  suggestionOf,
  suggestionRow,
  suggestionSql,
  suggestionValues,
  type SuggestionRow,
} from '../../rows/fault.js';
import type { Connection } from '../database.js';

export function suggestionStore({ read, change }: Connection): SuggestionStore {
  return {
    put: async (suggestion) => {
      await change(suggestionSql.put, suggestionRow(suggestion));
    },
    list: async (query) =>
      (await read<SuggestionRow>(suggestionSql.list, suggestionValues(query))).map(suggestionOf),
  };
}
