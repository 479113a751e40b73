import type { Outage, OutageEdge } from '../../core/watch/outage.js';
import type { BlindTime, ObservedOutage, StateChange, WatchSpan } from '../../core/watch/records.js';
import type { EpochMs } from '../../core/types.js';
import type { WatchStore } from '../../store/watch-store.js';
import type { Film } from './film.js';

type Move = (at: EpochMs) => EpochMs;

const edge = ({ at, earliest, latest }: OutageEdge, move: Move): OutageEdge => ({
  at: move(at),
  earliest: move(earliest),
  latest: move(latest),
});

const outage = <T extends Outage>(row: T, move: Move): T => ({
  ...row,
  start: edge(row.start, move),
  end: row.end && edge(row.end, move),
  openedAt: move(row.openedAt),
  closedAt: row.closedAt === null ? null : move(row.closedAt),
  inferred: row.inferred.map((blind) => ({ ...blind, from: move(blind.from), to: move(blind.to) })),
  voided: row.voided && { ...row.voided, at: move(row.voided.at) },
});
const state = (row: StateChange, move: Move): StateChange => ({ ...row, at: move(row.at) });
const span = (row: WatchSpan, move: Move): WatchSpan => ({ ...row, from: move(row.from), to: move(row.to) });
const blind = (row: BlindTime, move: Move): BlindTime => ({
  ...row,
  from: move(row.from),
  to: row.to === null ? null : move(row.to),
});

/** A store as a watch on the film sees it: what it writes lands in the history, what it reads comes from there. */
export function filmStore(
  store: WatchStore,
  film: Film,
): Pick<WatchStore, 'put' | 'outages' | 'latestStates' | 'latestSpan' | 'blind'> {
  const { inner, outer } = film;
  return {
    put: (record) =>
      store.put({
        outages: record.outages.map((row) => outage(row, outer)),
        states: record.states.map((row) => state(row, outer)),
        spans: record.spans.map((row) => span(row, outer)),
        blind: record.blind.map((row) => blind(row, outer)),
      }),
    outages: async (query) => {
      const rows: ObservedOutage[] = await store.outages(query);
      return rows.map((row) => outage(row, inner));
    },
    latestStates: async (observer) => (await store.latestStates(observer)).map((row) => state(row, inner)),
    latestSpan: async (observer) => {
      const latest = await store.latestSpan(observer);
      return latest && span(latest, inner);
    },
    blind: async (query) => (await store.blind(query)).map((row) => blind(row, inner)),
  };
}
