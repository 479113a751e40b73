import type { LedgerEvent } from '../core/ledger/actions.js';
import type { LedgerStore } from './ledger-store.js';

/**
 * Wraps a ledger so that each event is read once: events never change, so only new ones are fetched. A request for the
 * events after a given one always reads the stored rows, because that is how a history is verified. While there is no
 * new event, the same list object is returned.
 */
export function cachedLedger(ledger: LedgerStore): LedgerStore {
  let known: LedgerEvent[] = [];
  return {
    append: (events) => ledger.append(events),
    async events(query) {
      if (query !== undefined) return ledger.events(query);
      const fresh = await ledger.events({ after: known.at(-1)?.seq ?? 0 });
      // A concurrent call may have added the events already.
      const last = known.at(-1)?.seq ?? 0;
      const added = fresh.filter(({ seq }) => seq > last);
      if (added.length > 0) known = [...known, ...added];
      return known;
    },
  };
}
/** Runs tasks one after the other, in the order of the calls; a failed one does not stop the next. */
export function taskQueue(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const done = last.then(work, work);
    last = done.catch(() => undefined);
    return done;
  };
}
