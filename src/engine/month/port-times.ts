import { agree, type Quorum } from '../../core/watch/observers.js';
import type { OutageSpan } from '../../core/watch/edges.js';
import { unobservedIn, watchedBy } from '../../core/watch/observed.js';
import { merge, clip, union, subtract, type Interval, type IntervalSet } from '../../core/time/intervals.js';
import type { PopId } from '../../core/types.js';
import type { WatchStore } from '../../store/watch-store.js';
import type { ShownOutage } from '../ledger/counted.js';

export interface PortTimes {
  readonly down: IntervalSet;
  /** With every outage as long, and as short, as it can have been. */
  readonly downLongest: IntervalSet;
  readonly downShortest: IntervalSet;
  readonly unobserved: IntervalSet;
}

export interface PortTimesQuery {
  readonly watch: Pick<WatchStore, 'spans' | 'blind' | 'states' | 'latestSpan'>;
  /** Everybody who ever watched the port. */
  readonly observers: readonly PopId[];
  readonly quorum: Quorum;
  readonly port: PopId;
  /** What has passed of the month. */
  readonly period: Interval;
  /** Of all time, with what was said of them. */
  readonly outages: readonly ShownOutage[];
}

type Extent = (outage: ShownOutage) => OutageSpan | null;

/**
 * When a port was down and when nobody watched it. The observers vote on what they measured; what people entered
 * needs no vote, and stands where nobody watched too.
 */
export async function portTimes(query: PortTimesQuery): Promise<PortTimes> {
  const { observers, quorum, port, period } = query;
  const outages = query.outages.filter((one) => one.port === port);
  const asMeasured = outages.filter(({ measured, corrections }) => measured && corrections.length === 0);
  const byHand = outages.filter(({ corrections }) => corrections.length > 0);
  const attendance = await Promise.all(
    observers.map(async (observer) => ({ observer, unobserved: await unobservedBy(observer, query) })),
  );
  const timesBy = (extent: Extent): Pick<PortTimes, 'down' | 'unobserved'> => {
    const spans = (chosen: readonly ShownOutage[]): Interval[] =>
      chosen.flatMap((one) => {
        const span = extent(one);
        return span === null ? [] : [{ from: span.from, to: span.to ?? period.to }];
      });
    const testimonies = attendance.map(({ observer, unobserved }) => ({
      outages: spans(asMeasured.filter(({ measured }) => measured?.observer === observer)),
      unobserved,
    }));
    const { down, unobserved } = agree(quorum, testimonies, period);
    return { down: union(down, clip(merge(spans(byHand)), period)), unobserved };
  };
  const { down, unobserved } = timesBy(({ counts }) => counts);
  return {
    down,
    unobserved,
    downLongest: timesBy(({ longest }) => longest).down,
    downShortest: timesBy(({ shortest }) => shortest).down,
  };
}

/** The watch writes down that it watches every so often; the newest of it is not there yet. */
const freshMs = 60_000;

async function unobservedBy(observer: PopId, { watch, port, period }: PortTimesQuery): Promise<IntervalSet> {
  const [spans, blind, states, latest] = await Promise.all([
    watch.spans(observer, period),
    watch.blind({ observer, port, from: period.from, to: period.to }),
    watch.states({ observer, port, to: period.to }),
    watch.latestSpan(observer),
  ]);
  const unobserved = unobservedIn(period, { spans, blind, watched: watchedBy(states, period.to) });
  if (latest === null || latest.to >= period.to || period.to - latest.to > freshMs) return unobserved;
  return subtract(unobserved, [{ from: latest.to, to: period.to }]);
}
