import type { SuggestionStore } from '../../fault-store.js';
import {
  suggestionOf,
  suggestionRow,
  suggestionSql,
  suggestionValues,
  type SuggestionRow,
} from '../../rows/fault.js';
import type { Connection } from '../database.js';

export function suggestionStore({ db, read, write }: Connection): SuggestionStore {
  const put = db.prepare(suggestionSql.put);
  const list = db.prepare<object, SuggestionRow>(suggestionSql.list);
  return {
    put: (suggestion) => write(() => void put.run(suggestionRow(suggestion))),
    list: (query) => read(() => list.all(suggestionValues(query)).map(suggestionOf)),
  };
}
