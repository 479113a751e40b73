import type { SuggestionStore } from '../../fault-store.js';
import { suggestionOf, suggestionRow, suggestionSql, type SuggestionRow } from '../../rows/fault.js';
import type { Connection } from '../database.js';

export function suggestionStore({ db, read, write }: Connection): SuggestionStore {
  const put = db.prepare(suggestionSql.put);
  const list = db.prepare<object, SuggestionRow>(suggestionSql.list);
  return {
    put: (suggestion) => write(() => void put.run(suggestionRow(suggestion))),
    list: ({ path, open, limit }) =>
      read(() => list.all({ path: path ?? null, open: open === true ? 1 : 0, limit }).map(suggestionOf)),
  };
}
