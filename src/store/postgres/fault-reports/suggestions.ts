import type { SuggestionStore } from '../../fault-store.js';
import { suggestionOf, suggestionRow, suggestionSql, type SuggestionRow } from '../../rows/fault.js';
import type { Connection } from '../database.js';

export function suggestionStore({ read, change }: Connection): SuggestionStore {
  return {
    put: async (suggestion) => {
      await change(suggestionSql.put, suggestionRow(suggestion));
    },
    async list({ path, open, limit }) {
      const values = { path: path ?? null, open: open === true ? 1 : 0, limit };
      return (await read<SuggestionRow>(suggestionSql.list, values)).map(suggestionOf);
    },
  };
}
