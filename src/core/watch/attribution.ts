import { pathId } from '../path.js';
import { clip, intersect, type Interval, merge, subtract, totalMs } from '../time/intervals.js';
import type { EpochMs, PathId, PopId } from '../types.js';
import { needed, type Quorum, type Testimony } from './outage.js';
import { atOnceMs, type PortWatch, type WatchRules } from './port.js';

/**
 * The cause of an outage that one observer saw, derived from what all observers saw meanwhile. It is an explanation
 * only: the contract counts what the quorum decides.
 */
export const outageCauses = [
  'path', // other observers reach the port: the path from those that do not has failed
  'port', // most observers of the port see it down, and its PoP is alive
  'pop', // the same, and the PoP's own agent reaches nothing or is silent
  'isolated-agent', // the observer was cut off: it reached nothing, and other observers reached the port
  'unconfirmed', // no other observer has evidence
] as const;
type OutageCause = (typeof outageCauses)[number];

/** One observer's view of one port. */
export interface PortView extends Testimony {
  readonly observer: PopId;
  readonly port: PopId;
}

/** A measured round of a path, used as evidence about its destination where a watch has none. */
export interface RoundView {
  readonly path: PathId;
  readonly source: PopId;
  readonly destination: PopId;
  readonly startedAt: number;
  readonly endedAt: number;
  /** Packets sent and received, summed over all sizes. */
  readonly sent: number;
  readonly received: number;
}

export interface AttributionInput {
  readonly observer: PopId;
  readonly port: PopId;
  /** The outage; its end so far while it lasts. */
  readonly during: Interval;
  /** Whether the observer voided the outage because it was cut off itself. */
  readonly isolated: boolean;
  /** The views of every observer of any port, the outage's own observer included. */
  readonly views: readonly PortView[];
  readonly rounds: readonly RoundView[];
  readonly quorum: Quorum;
}

export interface Attribution {
  readonly cause: OutageCause;
  /** The observers that saw the port down, reached it, or have no evidence; each list sorted. */
  readonly down: readonly PopId[];
  readonly up: readonly PopId[];
  readonly blind: readonly PopId[];
  /** How many observers had to see the port down. */
  readonly needed: number;
  /** The failed paths, where the cause is paths. */
  readonly paths: readonly PathId[];
  /** Whether the agent in the port's PoP reached any port; null: there is no agent, or nothing is known of it. */
  readonly alive: boolean | null;
}

type Said = 'down' | 'up' | null;

export function attribute(input: AttributionInput): Attribution {
  const { observer, port, quorum } = input;
  const watching = input.views.filter((view) => view.port === port && view.observer !== port);
  const known = [...watching, ...input.rounds.filter((round) => round.destination === port)];
  const names = new Set([observer, ...known.map((one) => ('path' in one ? one.source : one.observer))]);
  const votes = [...names].sort().map((name) => ({ name, said: saidOf(name, port, input) }));
  const by = (said: Said): PopId[] => votes.filter((vote) => vote.said === said).map(({ name }) => name);
  const [down, up, blind] = [by('down'), by('up'), by(null)];
  const least = needed(quorum, Math.max(1, down.length + up.length));
  const alive = reachesAny(port, input);
  const shown = { down, up, blind, needed: least, alive };
  const others = up.length + down.filter((name) => name !== observer).length;
  const cutOff = input.isolated || (up.length > 0 && down.includes(observer) && isCutOff(observer, input));
  const cause: OutageCause = cutOff
    ? 'isolated-agent'
    : others === 0
      ? 'unconfirmed'
      : down.length < least
        ? 'path'
        : alive === false
          ? 'pop'
          : 'port';
  return { ...shown, cause, paths: cause === 'path' ? down.map((from) => pathId(from, port)) : [] };
}

/** An observer's evidence about a port: from its watch, or where that was blind, from rounds within the outage. */
function saidOf(name: PopId, port: PopId, { views, rounds, during }: AttributionInput): Said {
  const view = views.find((one) => one.observer === name && one.port === port);
  const watched = view === undefined ? null : watchSaid(view, during);
  if (watched !== null) return watched;
  const ownRounds = rounds.filter(
    (round) =>
      round.source === name &&
      round.destination === port &&
      round.sent > 0 &&
      round.startedAt >= during.from &&
      round.endedAt <= during.to,
  );
  if (ownRounds.length === 0) return null;
  return ownRounds.some(({ received }) => received > 0) ? 'up' : 'down';
}

/**
 * Down if the watch saw it down for at least half of the observed time: the clocks of two observers never agree
 * exactly.
 */
function watchSaid({ outages, unobserved }: Testimony, during: Interval): Said {
  const down = intersect(merge(outages), [during]);
  // Inferred downtime is evidence although nobody was watching.
  const observed = subtract(clip([during], during), subtract(merge(unobserved), down));
  const observedMs = totalMs(observed);
  if (observedMs === 0) return null;
  return 2 * totalMs(down) >= observedMs ? 'down' : 'up';
}

/** Whether an agent reached any port during the outage; null when it has never reported anything. */
function reachesAny(name: PopId, input: AttributionInput): boolean | null {
  const ports = new Set<PopId>();
  for (const view of input.views) if (view.observer === name) ports.add(view.port);
  for (const { source, destination } of input.rounds) if (source === name) ports.add(destination);
  if (ports.size === 0) return null;
  return [...ports].some((port) => saidOf(name, port, input) === 'up');
}

/** Whether the observer watches more than one port and reaches none of them. */
function isCutOff(observer: PopId, input: AttributionInput): boolean {
  const views = input.views.filter((view) => view.observer === observer);
  const states = views.map(({ port }) => saidOf(observer, port, input)).filter((one) => one !== null);
  return states.length > 1 && states.every((one) => one === 'down');
}

/**
 * The instant from which the observer is cut off, judged by its reference ports; null when it is not. It is cut off
 * when all references are silent and at least two (or the only one) fell silent at once; references that were down
 * before are no evidence. The instant is the last one at which a reference is known to have been reached.
 */
export function isolatedSince(rules: WatchRules, references: readonly PortWatch[]): EpochMs | null {
  const starts = references.flatMap(({ standing, outage }) =>
    standing === 'down' && outage ? [outage.start.at] : [],
  );
  if (starts.length === 0 || starts.length < references.length) return null;
  const latest = Math.max(...starts);
  const atOnce = starts.filter((start) => start >= latest - atOnceMs(rules));
  if (atOnce.length < Math.min(2, references.length)) return null;
  const reached = references.flatMap(({ lastAnsweredAt }) => lastAnsweredAt ?? []);
  return reached.length > 0 ? Math.max(...reached) : Math.min(...starts);
}

/**
 * The instant at which the references are reached again, from the sending times of the echoes that they answered since;
 * null: not yet. One answer does not suffice: it takes as many, close together, as bring a port up.
 */
export function reachedAgainAt(rules: WatchRules, answeredAt: readonly EpochMs[]): EpochMs | null {
  const sorted = [...answeredAt].sort((a, b) => a - b);
  const spanMs = atOnceMs(rules);
  for (const [index, first] of sorted.entries()) {
    const nth = sorted[index + rules.recovery - 1];
    if (nth !== undefined && nth - first <= spanMs) return first;
  }
  return null;
}
