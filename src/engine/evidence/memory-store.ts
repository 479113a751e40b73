import { isHeld } from '../../core/measurement/figures.js';
import type { Interval } from '../../core/time/intervals.js';
import type { PathId } from '../../core/types.js';
import { byKey } from '../../core/statement/by-key.js';
import { pathSums } from '../../store/path-sums.js';
import type { MeasuredBy, PathSums, RoundStore } from '../../store/store.js';
import type { LedgerStore } from '../../store/ledger-store.js';
import type { WatchStore } from '../../store/watch-store.js';
import type { PastStatements } from '../statement/past-credits.js';
import { isOpen, type EvidenceRows } from './contents.js';

/** What of a store a month is drawn up from. */
export interface EvidenceStore {
  readonly ledger: Pick<LedgerStore, 'events'>;
  readonly watch: Pick<WatchStore, 'outages' | 'watchers' | 'states' | 'spans' | 'latestSpan' | 'blind'>;
  readonly rounds: Pick<RoundStore, 'partSums' | 'measuredBy'>;
  readonly statements: PastStatements;
}

/** The rows of a pack, as the database would give them. */
export function evidenceStore(evidence: EvidenceRows): EvidenceStore {
  const roundsOf = byKey(
    evidence.rounds.flatMap((round) => (round.status === 'missing' ? [] : [round])),
    ({ path }) => path,
  );
  const sumsOf = (path: PathId, { from, to }: Interval): PathSums => {
    const held = roundsOf(path).filter((round) => isHeld(round) && from <= round.slot && round.slot < to);
    return pathSums(
      path,
      held.flatMap(({ sizes }) => {
        const withLatency = BigInt(sizes.filter(({ received }) => received > 0).length);
        const withLoss = BigInt(sizes.filter(({ sent }) => sent > 0).length);
        return sizes
          .filter(({ sent }) => sent > 0)
          .map(({ sent, received, rttSumUs, rttMinUs }) => ({
            ...{ sent: BigInt(sent), received: BigInt(received), rttSumUs: BigInt(rttSumUs) },
            rttMinSumUs: BigInt(rttMinUs ?? 0),
            ...{ withLatency, withLoss, rows: 1n },
          }));
      }),
    );
  };
  return {
    statements: {
      list: ({ month }) =>
        Promise.resolve(
          evidence.earlier
            .filter(({ document }) => document.month === month)
            .map(({ document }) => ({ id: document.id, state: document.state })),
        ),
      sealed: (id) => Promise.resolve(evidence.earlier.find(({ document }) => document.id === id) ?? null),
    },
    ledger: { events: () => Promise.resolve(evidence.ledger.filter(isOpen)) },
    rounds: {
      partSums: (parts) => Promise.resolve(parts.map(({ path, ...span }) => sumsOf(path, span))),
      measuredBy: (from, to) => Promise.resolve(measuredBy(evidence, { from, to })),
    },
    watch: {
      watchers: () => Promise.resolve([...evidence.watchers]),
      outages: ({ port } = {}) =>
        Promise.resolve(evidence.outages.filter((row) => port === undefined || row.port === port)),
      states: ({ observer, port, from = -Infinity, to = Infinity } = {}) =>
        Promise.resolve(
          evidence.states.filter(
            (row) => row.observer === observer && row.port === port && from <= row.at && row.at < to,
          ),
        ),
      spans: (observer, within = { from: -Infinity, to: Infinity }) =>
        Promise.resolve(
          evidence.spans.filter(
            (row) => row.observer === observer && row.from < within.to && row.to > within.from,
          ),
        ),
      latestSpan: (observer) =>
        Promise.resolve(
          evidence.spans.filter((row) => row.observer === observer).sort((a, b) => b.from - a.from)[0] ??
            null,
        ),
      blind: ({ observer, port, from = -Infinity, to = Infinity } = {}) =>
        Promise.resolve(
          evidence.blind.filter(
            (row) =>
              row.observer === observer &&
              (row.port === null || row.port === port) &&
              row.from < to &&
              (row.to === null || row.to > from),
          ),
        ),
    },
  };
}

function measuredBy({ rounds }: EvidenceRows, { from, to }: Interval): MeasuredBy[] {
  const all = new Map<string, MeasuredBy>();
  for (const round of rounds) {
    if (round.status !== 'ok' || round.slot < from || round.slot >= to) continue;
    const { driver, stamps } = round.provenance;
    const key = `${round.path} ${driver} ${stamps}`;
    all.set(key, { path: round.path, driver, stamps, rounds: 1 + (all.get(key)?.rounds ?? 0) });
  }
  return [...all].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}
