import { pathEnds } from '../../core/path.js';
import { clip, type Interval, type IntervalSet, subtract } from '../../core/time/intervals.js';
import type { EpochMs, PopId } from '../../core/types.js';
import { attribute, type Attribution, type PortView, type RoundView } from '../../core/watch/attribution.js';
import {
  type BlindTime,
  type ObservedOutage,
  type Quorum,
  unobservedIn,
  watchedBy,
  type WatchSpan,
} from '../../core/watch/outage.js';
import type { Store } from '../../store/store.js';
import type { ShownOutage } from './entries.js';

interface AttributeOptions {
  readonly store: Pick<Store, 'watch' | 'rounds'>;
  readonly quorum: Quorum;
  readonly now: EpochMs;
}

/**
 * The longest time between a slot and the last packet of its round, milliseconds: slots are read from that long before.
 */
const longestRoundMs = 3 * 3_600_000;

/**
 * Attributes each measured outage to a cause from the stored rows of all observers; the same rows always give the same
 * result. Outages entered by hand have no observers and no cause.
 */
export async function attributeOutages(
  { store, quorum, now }: AttributeOptions,
  shown: readonly ShownOutage[],
): Promise<ShownOutage[]> {
  const wanted = shown.flatMap(({ measured }) => (measured ? [measured] : []));
  if (wanted.length === 0) return [...shown];
  const spans = wanted.map((outage) => duringOf(outage, now));
  const whole = { from: least(spans.map(({ from }) => from)), to: most(spans.map(({ to }) => to)) };
  const seen = await readViews(store, whole, now);
  const words = new Map<ObservedOutage, Attribution>();
  for (const outage of wanted) {
    const during = duringOf(outage, now);
    words.set(
      outage,
      attribute({
        observer: outage.observer,
        port: outage.port,
        during,
        quorum,
        isolated: outage.voided?.reason === 'isolated',
        views: await seen.views(outage, during),
        rounds: await seen.rounds(outage.port, during),
      }),
    );
  }
  return shown.map((one) => ({
    ...one,
    attribution: (one.measured && words.get(one.measured)) ?? null,
  }));
}

function duringOf({ start, end, voided }: ObservedOutage, now: EpochMs): Interval {
  const to = end?.at ?? voided?.at ?? now;
  return { from: start.at, to: Math.max(to, start.at + 1) };
}

const least = (values: readonly number[]): number => values.reduce((a, b) => Math.min(a, b), Infinity);
const most = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b), -Infinity);

interface Seen {
  /**
   * Every observer's view of the port, the observer's views of other ports, and the views of the agent in the port's
   * PoP.
   */
  views(outage: ObservedOutage, during: Interval): Promise<PortView[]>;
  /** Rounds to the port from PoPs that do not watch it, and from its own PoP if that watches nothing. */
  rounds(port: PopId, during: Interval): Promise<RoundView[]>;
}

/** Reads the observers' rows once for all outages, and only as far as they are needed. */
async function readViews(
  { watch, rounds }: AttributeOptions['store'],
  whole: Interval,
  now: EpochMs,
): Promise<Seen> {
  const [outages, watchers, newest] = [
    await watch.outages(whole),
    await watch.watchers(),
    await rounds.newest(),
  ];
  const standing = byPair(outages.filter(({ voided }) => voided === null));
  const blind = await watch.blind(whole);
  const attendances = once((observer: PopId) => watch.spans(observer, whole));
  const watchedTimes = once(async (pair: string): Promise<IntervalSet> => {
    const [observer = '', port = ''] = pair.split('>');
    return watchedBy(await watch.states({ observer, port, to: whole.to }), whole.to);
  });
  const viewOf = async (observer: PopId, port: PopId, during: Interval): Promise<PortView> => {
    const attendance = {
      spans: await attendances(observer),
      blind: blind.filter((one) => one.observer === observer && (one.port === null || one.port === port)),
      watched: await watchedTimes(`${observer}>${port}`),
    };
    return {
      observer,
      port,
      outages: (standing.get(`${observer}>${port}`) ?? []).flatMap((one) =>
        clip([{ from: one.start.at, to: one.end?.at ?? now }], during),
      ),
      unobserved: unobservedOf(attendance, during, now),
    };
  };
  return {
    views: (outage, during) => {
      const asked = watchers.filter(
        ({ observer, port }) =>
          port === outage.port || observer === outage.port || observer === outage.observer,
      );
      return Promise.all(asked.map(({ observer, port }) => viewOf(observer, port, during)));
    },
    rounds: async (port, during) => {
      const watching = new Set(watchers.filter((one) => one.port === port).map(({ observer }) => observer));
      const isWatcher = watchers.some(({ observer }) => observer === port);
      const paths = [...newest.keys()].filter((path) => {
        const ends = pathEnds(path);
        if (ends?.destination === port) return !watching.has(ends.source);
        return ends?.source === port && !isWatcher;
      });
      const found = await rounds.within({ paths, ...during, slotWithinMs: longestRoundMs });
      return found.flatMap((one) => {
        const ends = pathEnds(one.path);
        return ends ? [{ ...one, ...ends }] : [];
      });
    },
  };
}

/** Groups outages by observer and port. */
function byPair(outages: readonly ObservedOutage[]): ReadonlyMap<string, readonly ObservedOutage[]> {
  const pairs = new Map<string, ObservedOutage[]>();
  for (const one of outages) {
    const pair = `${one.observer}>${one.port}`;
    pairs.set(pair, [...(pairs.get(pair) ?? []), one]);
  }
  return pairs;
}

/** The newest heartbeat may not be stored yet. */
const freshMs = 60_000;

function unobservedOf(
  attendance: {
    readonly spans: readonly WatchSpan[];
    readonly blind: readonly BlindTime[];
    readonly watched: IntervalSet;
  },
  during: Interval,
  now: EpochMs,
): IntervalSet {
  const unobserved = unobservedIn(during, attendance);
  const latest = attendance.spans.at(-1);
  if (latest === undefined || latest.to >= during.to || now - latest.to > freshMs) return unobserved;
  return subtract(unobserved, [{ from: latest.to, to: during.to }]);
}

/** Calls `ask` once for each key, and reuses its result. */
function once<K, V>(ask: (key: K) => Promise<V>): (key: K) => Promise<V> {
  const asked = new Map<K, Promise<V>>();
  return (key) => {
    const known = asked.get(key);
    if (known) return known;
    const asking = ask(key);
    asked.set(key, asking);
    return asking;
  };
}

/**
 * How long attributions are cached, milliseconds: a minute, or an hour for outages long over, because rows of agents
 * that were cut off arrive later.
 */
const cachedMs = 60_000;
const longCachedMs = 3_600_000;
const longOverMs = 86_400_000;
const maxCached = 10_000;

interface CachedAttribution {
  readonly said: Attribution;
  readonly quorum: string;
  readonly at: EpochMs;
  readonly until: EpochMs;
}

/** An `attributeOutages` that caches the attribution of outages that have ended. */
export function attributedLately(): typeof attributeOutages {
  const cached = new Map<string, CachedAttribution>();
  let turn: Promise<unknown> = Promise.resolve();
  const attribute = async (options: AttributeOptions, outages: readonly ShownOutage[]) => {
    const { now } = options;
    const quorum = JSON.stringify(options.quorum);
    const known = ({ ref }: ShownOutage): Attribution | null => {
      const one = cached.get(ref);
      return one && one.quorum === quorum && one.at <= now && now < one.until ? one.said : null;
    };
    const fresh = await attributeOutages(
      options,
      outages.filter((one) => known(one) === null),
    );
    const attributions = new Map(fresh.map(({ ref, attribution }) => [ref, attribution ?? null]));
    const all = outages.map((one) => ({ ...one, attribution: attributions.get(one.ref) ?? known(one) }));
    if (cached.size + fresh.length > maxCached) cached.clear();
    for (const { ref, measured, attribution } of fresh) {
      if (!attribution || !measured?.end) continue;
      const until = now + (now - measured.end.at > longOverMs ? longCachedMs : cachedMs);
      cached.set(ref, { said: attribution, quorum, at: now, until });
    }
    return all;
  };
  return (options, outages) => {
    // One call at a time, so that concurrent requests for the same outages use the cached result.
    const mine = turn.then(() => attribute(options, outages));
    turn = mine.catch(() => undefined);
    return mine;
  };
}
