import { formatHalfUp, multiply, type Rational, ratio, roundHalfUp } from '../core/number.js';
import type { Interval } from '../core/time/intervals.js';
import type { Attribution } from '../core/watch/attribution.js';
import type { AgentsShown } from './mesh.js';
import { isoInstant } from './figures.js';
import { outageJson, type OutageView } from './ledger.js';
import type { NetworkOf } from './ledger/traces.js';

interface GroupView {
  readonly id: string;
  readonly port: string;
  readonly from: number;
  readonly to: number | null;
  readonly isVoid: boolean;
  readonly maintenance: readonly string[];
  readonly outages: readonly OutageView[];
}

interface GroupDetails {
  readonly outages: readonly OutageView[];
  readonly networkOf: NetworkOf;
}

const span = ({ from, to }: Interval) => ({ from: isoInstant(from), to: isoInstant(to) });

/** A group of outages. */
export function groupJson(
  { id, port, from, to, isVoid, maintenance, outages }: GroupView,
  cause: Attribution['cause'] | null,
) {
  const observers = outages.flatMap(({ measured, counts }) =>
    measured && counts ? [measured.observer] : [],
  );
  return {
    id,
    port,
    from: isoInstant(from),
    to: to === null ? null : isoInstant(to),
    state: isVoid ? ('void' as const) : to === null ? ('ongoing' as const) : ('ended' as const),
    cause,
    observers: [...new Set(observers)].sort(),
    maintenance,
  };
}

/** The same with each of its outages. */
export const groupDetailsJson = (
  group: GroupView,
  cause: Attribution['cause'] | null,
  { outages, networkOf }: GroupDetails,
) => ({ ...groupJson(group, cause), outages: outages.map((one) => outageJson(one, networkOf)) });

interface SpellView {
  readonly path: string;
  readonly since: number;
  readonly isLonger: boolean;
  readonly standing: {
    readonly round: {
      readonly latencyBand: { readonly id: string; readonly level: number } | null;
      readonly lossBand: { readonly id: string; readonly level: number } | null;
      readonly latencyUs: Rational | null;
      readonly loss: Rational | null;
      readonly excess: Rational | null;
    };
  };
}

const whole = (value: Rational | null): number | null => value && Number(roundHalfUp(value));

export function spellJson({ path, since, isLonger, standing }: SpellView, explained: boolean) {
  const { latencyBand, lossBand, latencyUs, loss, excess } = standing.round;
  return {
    path,
    since: isoInstant(since),
    longer: isLonger,
    level: Math.max(latencyBand?.level ?? 0, lossBand?.level ?? 0),
    latencyBand: latencyBand?.id ?? null,
    lossBand: lossBand?.id ?? null,
    latencyUs: whole(latencyUs),
    lossPpm: whole(loss && multiply(loss, ratio(1_000_000n))),
    excessPercent: excess && formatHalfUp(excess, 1),
    explained,
  };
}

interface NamedView extends Interval {
  readonly id: string;
}

interface DayView extends Interval {
  readonly until: number;
  readonly pops: readonly {
    readonly pop: string;
    readonly outages: readonly (NamedView & { readonly isVoid: boolean; readonly lasts: boolean })[];
    readonly maintenance: readonly NamedView[];
    readonly isWatched: boolean;
    readonly unobserved: readonly Interval[];
  }[];
  readonly paths: readonly {
    readonly path: string;
    readonly severe: readonly Interval[];
    readonly maintenance: readonly NamedView[];
  }[];
}

const named = ({ id, ...time }: NamedView) => ({ id, ...span(time) });

export const dayJson = ({ from, to, until, pops, paths }: DayView) => ({
  ...span({ from, to }),
  until: isoInstant(until),
  pops: pops.map(({ pop, outages, maintenance, isWatched, unobserved }) => ({
    pop,
    outages: outages.map(({ isVoid, lasts, ...one }) => ({
      ...named(one),
      state: isVoid ? ('void' as const) : lasts ? ('ongoing' as const) : ('ended' as const),
    })),
    maintenance: maintenance.map(named),
    watched: isWatched,
    unobserved: unobserved.map(span),
  })),
  paths: paths.map(({ path, severe, maintenance }) => ({
    path,
    severe: severe.map(span),
    maintenance: maintenance.map(named),
  })),
});

/** The agents that are not in order. */
export const agentsAside = ({ agents }: AgentsShown) =>
  agents.flatMap(({ agent, state, seen }) =>
    state === 'in-order' ? [] : [{ agent, state, lastSeen: seen && isoInstant(seen.seenAt) }],
  );
