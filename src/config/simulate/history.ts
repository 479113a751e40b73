import type { Interval } from '../../core/time/intervals.js';
import type { PopId } from '../../core/types.js';
import type { Backbone, SimulatedPop } from './backbone.js';
import { chanceOf, type Chance } from './chance.js';
import type { Away, BetweenTwo, Happening, History, Maintenance } from './happenings.js';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const month = 30 * day;

/** What goes wrong on a backbone in so much time, as often as carriers tell; drawn by its seed. */
export function writeHistory(backbone: Backbone, period: Interval): History {
  const maintenance = backbone.pops.flatMap((pop, index) =>
    maintenanceOf(backbone.seed, pop, period, index === 1),
  );
  const happenings: Happening[] = [
    ...backbone.pops.flatMap((pop) => ofPort(chanceOf(backbone.seed, `port ${pop.id}`), pop.id, period)),
    ...maintenance.flatMap(({ pop, down }) =>
      down.map((interval) => ({ kind: 'port-down' as const, pop, ...interval })),
    ),
    ...bothPorts(backbone, period),
    ...pairsOf(backbone).flatMap((pops) => betweenTwo(backbone.seed, pops, period)),
    ...longLasting(backbone, period),
    ...backbone.pops.flatMap((pop, index) => awayOf(backbone.seed, pop, period, index === 0)),
  ];
  return { period, happenings: happenings.sort((a, b) => a.from - b.from), maintenance };
}

/** How often something comes that comes `perMonth` times a month on average. */
function times(chance: Chance, perMonth: number, { from, to }: Interval): number {
  const expected = (perMonth * (to - from)) / month;
  return Math.floor(expected) + (chance.share() < expected % 1 ? 1 : 0);
}

/** A stretch of so long within the period, with some time before and behind it. */
function somewhere(chance: Chance, { from, to }: Interval, lengthMs: number): Interval {
  const start = Math.floor(chance.between(from + hour, to - lengthMs - hour));
  return { from: start, to: start + Math.floor(lengthMs) };
}

const several = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));

function ofPort(chance: Chance, pop: PopId, period: Interval): Happening[] {
  const down = (kind: 'port-down' | 'cut-off', lengthMs: number): Happening => ({
    kind,
    pop,
    ...somewhere(chance, period, lengthMs),
  });
  const flapping = somewhere(chance, period, 10 * minute);
  return [
    ...several(times(chance, 1.2, period), () => down('port-down', chance.between(15 * second, 6 * minute))),
    ...several(times(chance, 0.35, period), () =>
      down('port-down', chance.between(12 * minute, 90 * minute)),
    ),
    ...several(times(chance, 0.06, period), () => down('port-down', chance.between(3 * hour, 9 * hour))),
    ...several(times(chance, 0.08, period), () => down('cut-off', chance.between(3 * minute, 20 * minute))),
    ...several(chance.share() < 0.3 ? 3 : 0, (index) => {
      const from = flapping.from + index * 3 * minute;
      return { kind: 'port-down', pop, from, to: from + chance.whole(6, 20) * second } as const;
    }),
  ];
}

/** Two ports down at a time, each a little longer than they are together: what a service with two lines feels. */
function bothPorts({ seed, pops }: Backbone, period: Interval): Happening[] {
  const chance = chanceOf(seed, 'both ports');
  const others = pops.slice(1).map(({ id }) => id);
  if (others.length < 2) return [];
  return several(Math.max(1, times(chance, 1, period)), () => {
    const at = chance.whole(0, others.length - 1);
    const { from, to } = somewhere(chance, period, chance.between(25 * minute, 70 * minute));
    const late = chance.whole(3, 12) * minute;
    return [others[at] ?? '', others[(at + 1) % others.length] ?? ''].map((pop, index) => ({
      ...{ kind: 'port-down' as const, pop },
      ...{ from: from + index * late, to: to + index * late },
    }));
  }).flat();
}

const pairsOf = ({ pops }: Backbone): (readonly [PopId, PopId])[] =>
  pops.flatMap((a, index) => pops.slice(index + 1).map((b) => [a.id, b.id] as const));

function betweenTwo(seed: number, pops: readonly [PopId, PopId], period: Interval): Happening[] {
  const chance = chanceOf(seed, `between ${pops.join(' and ')}`);
  const one = (kind: BetweenTwo['kind'], lengthMs: number, amount: number): Happening => ({
    ...{ kind, pops, amount },
    ...somewhere(chance, period, lengthMs),
  });
  return [
    ...several(times(chance, 0.08, period), () =>
      one('path-down', chance.between(40 * second, 9 * minute), 1),
    ),
    ...several(times(chance, 0.5, period), () =>
      one('lossy', chance.between(4 * minute, 50 * minute), chance.between(0.01, 0.15)),
    ),
    ...several(times(chance, 0.15, period), () =>
      one('detour', chance.between(2 * hour, 60 * hour), chance.between(1.12, 1.8)),
    ),
  ];
}

/** A cut cable that nobody has mended by the end, and a link that loses too much all the time: bands that show. */
function longLasting(backbone: Backbone, { from, to }: Interval): Happening[] {
  const chance = chanceOf(backbone.seed, 'long lasting');
  const pairs = pairsOf(backbone);
  const cut = chance.some(pairs, Math.max(1, Math.round(pairs.length / 25)));
  const leaky = chance.some(
    pairs.filter((pair) => !cut.includes(pair)),
    Math.max(1, Math.round(pairs.length / 40)),
  );
  const since = Math.max(from, to - month + chance.whole(0, 3 * day));
  return [
    ...cut.map((pops) => ({
      kind: 'detour' as const,
      pops,
      amount: chance.between(1.5, 1.9),
      from: since,
      to,
    })),
    ...leaky.map((pops) => ({ kind: 'lossy' as const, pops, amount: chance.between(0.012, 0.03), from, to })),
  ];
}

/** By night, on a day that was told before; the port is down for a part of the window. The second PoP has one at least. */
function maintenanceOf(seed: number, pop: SimulatedPop, period: Interval, always: boolean): Maintenance[] {
  const chance = chanceOf(seed, `maintenance ${pop.id}`);
  const days = Math.floor((period.to - period.from) / day);
  const drawn = Math.max(times(chance, 0.5, period), always ? 1 : 0);
  const count = Math.min(drawn, Math.floor((days - 4) / 4));
  return several(Math.max(0, count), (index) => {
    const stretch = Math.floor((days - 4) / count);
    const on = period.from + (2 + index * stretch + chance.whole(0, stretch - 2)) * day;
    const midnight = Math.floor(on / day) * day - pop.utcOffset * hour;
    const from = midnight + chance.whole(1, 3) * hour;
    const window = { from, to: from + chance.whole(2, 4) * hour };
    const first = from + chance.whole(5, 30) * minute + chance.whole(0, 59_999);
    const again = first + chance.whole(40, 60) * minute;
    return {
      ...{ pop: pop.id, window },
      down: [
        { from: first, to: first + chance.whole(4, 25) * minute },
        { from: again, to: again + chance.whole(1, 8) * minute },
      ],
    };
  });
}

/** The first PoP's daemon is away at least once, for longer than a round's slot. */
function awayOf(seed: number, { id: pop }: SimulatedPop, period: Interval, always: boolean): Away[] {
  const chance = chanceOf(seed, `away ${pop}`);
  const away = (how: Away['how'], leastMs: number): Away => ({
    ...{ kind: 'away', pop, how },
    ...somewhere(chance, period, chance.between(leastMs, leastMs + 80 * minute)),
  });
  const drawn = several(times(chance, 0.35, period), (): Away =>
    away(chance.pick(['stopped', 'crashed']), 3 * minute),
  );
  return apart([...(always ? [away('stopped', 45 * minute)] : []), ...drawn]);
}

/** One that begins while another lasts, or right behind it, is left out. */
function apart(intervals: readonly Away[]): Away[] {
  const sorted = [...intervals].sort((a, b) => a.from - b.from);
  return sorted.filter((one, index) => sorted.slice(0, index).every((other) => other.to + hour < one.from));
}
