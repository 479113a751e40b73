import type { SlotSummary } from '../../src/core/measurement/summary.js';
import type { RoundStore } from '../../src/store/store.js';

/** The reading of rounds by the store's port, over rounds in memory. */
export function memoryRounds(rounds: readonly SlotSummary[]): Pick<RoundStore, 'list'> {
  return {
    list: ({ path, from = -Infinity, to = Infinity, limit, order = 'newest', after }) => {
      const compare = (a: Place, b: Place): number =>
        (order === 'newest' ? b.slot - a.slot : a.slot - b.slot) ||
        (a.path < b.path ? -1 : Number(a.path > b.path));
      const found = rounds
        .filter(
          (round) => (path === undefined || round.path === path) && round.slot >= from && round.slot < to,
        )
        .filter((round) => after === undefined || compare(round, after) > 0)
        .sort(compare);
      return Promise.resolve(found.slice(0, limit));
    },
  };
}

type Place = Pick<SlotSummary, 'slot' | 'path'>;
