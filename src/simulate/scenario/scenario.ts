import { stringify } from 'yaml';
import {
  addDays,
  daysBetween,
  isLocalDate,
  type LocalDate,
  monthAfter,
  startOfDay,
} from '../../core/time/calendar.js';
import type { Interval } from '../../core/time/intervals.js';
import type { PopId } from '../../core/types.js';
import {
  type Away,
  type Backbone,
  type BetweenTwo,
  buildBackbone,
  type Chance,
  chanceOf,
  type Happening,
  type History,
  type Link,
  type Maintenance,
  maxPops,
  type SimulatedPop,
} from './backbone.js';
import { type CustomersFile, writeCustomers } from './customers.js';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const month = 30 * day;

/** What goes wrong on a backbone in so much time, as often as carriers tell; drawn by its seed. */
function writeHistory(backbone: Backbone, period: Interval): History {
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
      kind: 'port-down' as const,
      pop,
      from: from + index * late,
      to: to + index * late,
    }));
  }).flat();
}

const pairsOf = ({ pops }: Backbone): (readonly [PopId, PopId])[] =>
  pops.flatMap((a, index) => pops.slice(index + 1).map((b) => [a.id, b.id] as const));

function betweenTwo(seed: number, pops: readonly [PopId, PopId], period: Interval): Happening[] {
  const chance = chanceOf(seed, `between ${pops.join(' and ')}`);
  const one = (kind: BetweenTwo['kind'], lengthMs: number, amount: number): Happening => ({
    kind,
    pops,
    amount,
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
      pop: pop.id,
      window,
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
    kind: 'away',
    pop,
    how,
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

/** What is asked for. */
export interface ScenarioOptions {
  readonly pops: number;
  readonly seed: number;
  readonly services: number;
  /** The first day that is simulated, and the first one that is not any more. */
  readonly from: LocalDate;
  readonly until: LocalDate;
}

/** A backbone, what happened to it, and who bought what on it: all by the seed. */
export interface Scenario {
  readonly backbone: Backbone;
  readonly history: History;
  readonly customers: CustomersFile;
}

/** Days are those of the plan that the services are judged by. */
export const scenarioZone = 'Asia/Hong_Kong';
/** No service can be older than the plan. */
export const earliestDay = '2024-05-01';

export const scenarioBounds = {
  pops: { least: 3, most: maxPops },
  months: { least: 1, most: 36 },
  seed: { least: 0, most: 4_294_967_295 },
  services: { least: 0, most: 5_000 },
} as const;

/** The same day so many months earlier; the last of a month that has no such day. */
export function monthsBefore(date: LocalDate, months: number): LocalDate {
  const month = monthAfter(date.slice(0, 7), -months);
  for (let day = Number(date.slice(8)); ; day -= 1) {
    const candidate = `${month}-${String(day).padStart(2, '0')}`;
    if (isLocalDate(candidate)) return candidate;
  }
}

export function writeScenario({ pops, seed, services, from, until }: ScenarioOptions): Scenario {
  const period: Interval = { from: startOfDay(from, scenarioZone), to: startOfDay(until, scenarioZone) };
  const backbone = buildBackbone(seed, pops);
  const changeDay = addDays(from, Math.ceil(daysBetween(from, until) / 2));
  return {
    backbone,
    history: writeHistory(backbone, period),
    customers: writeCustomers({ backbone, services, firstDay: from, changeDay }),
  };
}

interface ConfigTextOptions {
  readonly backbone: Backbone;
  readonly history: History;
  /** The command line that made it. */
  readonly command: string;
  /** Absolute. */
  readonly database: string;
  /** From the folder of the config file. */
  readonly customersFile: string;
  readonly customers: CustomersFile;
}

const width = { lineWidth: 110, flowCollectionPadding: true };

/** The configuration of the first PoP's daemon, which works on the simulated database and goes on with it. */
export function configText({ backbone, history, customers, ...options }: ConfigTextOptions): string {
  const currencies = [...new Set(customers.services.map(({ currency }) => currency))].sort();
  const [first] = backbone.pops;
  const links = backbone.links.filter(({ source }) => source.id === first?.id);
  const body = {
    agent: first?.id,
    pops: backbone.pops.map(({ id, name, region, ipv4, latitude, longitude }) => ({
      id,
      name,
      region,
      ipv4,
      coordinates: [latitude, longitude],
    })),
    commitments: backbone.links.map((link) => commitmentOf(backbone.seed, link, history.period)),
    driver: {
      kind: 'simulated',
      seed: backbone.seed,
      rules: links.map(({ destination, delayUs, jitterUs, loss }) => ({
        address: backbone.pops.find(({ id }) => id === destination.id)?.ipv4,
        delay: `${delayUs}us`,
        jitter: `${jitterUs}us`,
        loss: `${(loss * 100).toFixed(3)}%`,
      })),
    },
    store: { path: options.database },
    customers: options.customersFile,
    billing: {
      zone: scenarioZone,
      issuers: [
        {
          id: 'carrier',
          name: 'Simulated Carrier Ltd',
          address: ['1 Harbour Road'],
          city: 'Hong Kong',
          country: 'HK',
          taxId: 'HK-carrier',
        },
      ],
      accounts: currencies.map((currency, index) => ({
        currency,
        revenue: String(410_100 + index),
        tax: String(221_100 + index),
        receivable: String(113_100 + index),
      })),
      taxCodes: [{ percent: 9, code: 'J1' }],
      untaxed: { category: 'O', reason: 'Outside of VAT' },
    },
  };
  return `# A simulated backbone: nothing here was measured. Made by\n#   ${options.command}\n${stringify(body, width)}`;
}

export function customersText(file: CustomersFile, command: string): string {
  return `# Customers of a simulated backbone; nobody here exists. Made by\n#   ${command}\n${stringify(file, width)}`;
}

/** Most paths keep their promise with some room; a few were promised more than they can hold. */
function commitmentOf(seed: number, { id, delayUs, busyUs }: Link, { from }: Interval): object {
  const chance = chanceOf(seed, `commitment ${id}`);
  const tight = chance.share();
  const room = tight < 0.03 ? 1 / 1.25 : tight < 0.08 ? 1 / 1.15 : chance.between(1.01, 1.07);
  const halfMs = Math.max(1, Math.ceil(((delayUs + busyUs / 2) * room) / 500));
  return { path: id, latency: `${halfMs / 2}ms`, from: new Date(from).toISOString() };
}
