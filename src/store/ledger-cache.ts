import type { LedgerEvent } from '../core/ledger/actions.js';
import type { LedgerStore } from './ledger-store.js';

/**
 * A ledger that reads each event once: what was appended never changes, so only what is new has to come. Whoever asks
 * for the events after one, the first among them, gets them as they are stored: that is how a history is verified. As
 * long as nothing is new the list is the same one.
 */
export function keptLedger(ledger: LedgerStore): LedgerStore {
  let known: LedgerEvent[] = [];
  return {
    append: (events) => ledger.append(events),
    async events(query) {
      if (query !== undefined) return ledger.events(query);
      const fresh = await ledger.events({ after: known.at(-1)?.seq ?? 0 });
      // Where somebody else asked at the same time, it has them already.
      const last = known.at(-1)?.seq ?? 0;
      const news = fresh.filter(({ seq }) => seq > last);
      if (news.length > 0) known = [...known, ...news];
      return known;
    },
  };
}
/** Works one after the other, in the order they came; one that fails lets the next go on. */
export function turns(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const done = last.then(work, work);
    last = done.catch(() => undefined);
    return done;
  };
}
