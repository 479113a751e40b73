import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Conditions } from '../../../probes/simulated/script.js';
import type { EpochMs } from '../../../src/core/types.js';

const hour = 3_600_000;
const day = 24 * hour;

/** A week in October, so that the month to date has a past; it ends in an outage, so that what is open shows. */
export const week = { from: Date.UTC(2026, 9, 12), to: Date.UTC(2026, 9, 19) } as const;
const at = (days: number, hours: number): EpochMs => week.from + days * day + hours * hour;

/** PoPs with the delay between them in proportion to their distance, roughly. */
export const places = [
  { id: 'HKG', name: 'Hong Kong', region: 'asia', coordinates: [22.3, 114.2] },
  { id: 'SIN', name: 'Singapore', region: 'asia', coordinates: [1.35, 103.8] },
  { id: 'SYD', name: 'Sydney', region: 'oceania', coordinates: [-33.9, 151.2] },
  { id: 'DXB', name: 'Dubai', region: 'middle-east', coordinates: [25.3, 55.4] },
  { id: 'FRA', name: 'Frankfurt', region: 'europe', coordinates: [50.0, 8.6] },
  { id: 'LHR', name: 'London', region: 'europe', coordinates: [51.5, -0.5] },
] as const;
export type PlaceId = (typeof places)[number]['id'];
export const ids = places.map(({ id }) => id);

const addressOf = (id: string): string => `198.18.0.${ids.findIndex((one) => one === id) + 1}`;
export const placeAt = (address: string): PlaceId => ids[Number(address.split('.')[3]) - 1] ?? 'HKG';

/** Milliseconds there and back: light in fibre, and a half more for the way it takes. */
function baseDelay(a: PlaceId, b: PlaceId): number {
  const [[latA, lonA], [latB, lonB]] = [a, b].map((id) => {
    const [lat, lon] = places.find((one) => one.id === id)?.coordinates ?? [0, 0];
    return [(lat * Math.PI) / 180, (lon * Math.PI) / 180] as const;
  }) as [readonly [number, number], readonly [number, number]];
  const angle = Math.acos(
    Math.sin(latA) * Math.sin(latB) + Math.cos(latA) * Math.cos(latB) * Math.cos(lonA - lonB),
  );
  return 2 + (1.5 * angle * 6371) / 100;
}

/** When a port answers nobody. The last one is still down when the week ends. */
export const outages: readonly {
  readonly port: PlaceId;
  readonly from: EpochMs;
  readonly to: EpochMs | null;
}[] = [
  { port: 'SIN', from: at(2, 3.2), to: at(2, 3.9) },
  { port: 'LHR', from: at(3, 2.1), to: at(3, 3.6) },
  { port: 'DXB', from: at(6, 23.3), to: null },
];
/** When planned maintenance covers LHR. */
export const maintenance = { pop: 'LHR', from: at(3, 2), to: at(3, 4) } as const;
/** When the observer at SYD is cut off from everything. */
export const cutOff = { observer: 'SYD', from: at(1, 6), to: at(1, 9) } as const;

const within = (now: EpochMs, from: EpochMs, to: EpochMs | null): boolean =>
  from <= now && (to === null || now < to);

/** What the network from one PoP to another is like: a busy evening, a detour, a route of a third more, and loss. */
export function weather(source: PlaceId, destination: PlaceId, now: EpochMs): Conditions {
  const busy = 0.5 + 0.5 * Math.sin((2 * Math.PI * (now - week.from)) / day);
  let delay = baseDelay(source, destination) * (1 + 0.03 * busy);
  let loss = 0.0005;
  const path = `${source}>${destination}`;
  if (path === 'HKG>FRA' && now >= at(4, 8)) delay *= 1.25;
  if (path === 'DXB>SYD' && now >= at(5, 20)) delay *= 1.5;
  if (path === 'SIN>LHR') loss += within(now, at(5, 0), null) ? 0.03 : 0;
  const down =
    outages.some(({ port, from, to }) => port === destination && within(now, from, to)) ||
    ([source, destination].includes(cutOff.observer) && within(now, cutOff.from, cutOff.to));
  return { delayUs: Math.round(delay * 1000), jitterUs: 400 + Math.round(400 * busy), loss, down };
}

/** Writes the configuration of the hub and its customers; gives the name of its file. */
export function writeConfig(folder: string): string {
  const file = join(folder, 'pop-sla.yaml');
  const commitments = ids.flatMap((a) =>
    ids.flatMap((b) =>
      a === b ? [] : [{ path: `${a}>${b}`, latency: `${(baseDelay(a, b) * 1.08).toFixed(3)}ms` }],
    ),
  );
  writeFileSync(
    file,
    JSON.stringify({
      agent: 'HKG',
      pops: places.map(({ id, name, region, coordinates }) => ({
        id,
        name,
        region,
        coordinates,
        ipv4: addressOf(id),
      })),
      commitments,
      measurement: { packets: 10, packetInterval: '20ms', spread: '0s' },
      watch: { ports: ids.slice(1), references: ids.slice(1) },
      driver: { kind: 'simulated', seed: 1 },
      store: { path: join(folder, 'data', 'pop-sla.db') },
      http: { listen: '127.0.0.1:0' },
      metrics: { perSize: true, money: true },
      customers: 'customers.yaml',
    }),
  );
  const classes = { single: 1, 'protected-single': 1, 'protected-dual': 2 } as const;
  const services = Object.entries(classes).flatMap(([kind, lines]) =>
    ids.map((id, n) => ({
      id: `${id.toLowerCase()}-${kind}`,
      customer: n % 2 === 0 ? 'bank' : 'shop',
      site: n % 2 === 0 ? 'central' : 'mall',
      start: '2026-01-01',
      plan: 'ctg-cloud-connection',
      class: kind,
      lines:
        lines === 2
          ? [`${id}-2`, `${ids[(n + 1) % ids.length] ?? ''}-3`]
          : [`${id}-${kind === 'single' ? 0 : 1}`],
      rent: 10_000 + 1_000 * n,
      currency: n % 2 === 0 ? 'HKD' : 'SGD',
    })),
  );
  writeFileSync(
    join(folder, 'customers.yaml'),
    JSON.stringify({
      customers: [{ id: 'bank' }, { id: 'shop' }],
      sites: [
        { id: 'central', customer: 'bank' },
        { id: 'mall', customer: 'shop' },
      ],
      lines: ids.flatMap((pop) => [0, 1, 2, 3].map((n) => ({ id: `${pop}-${n}`, pop }))),
      services,
    }),
  );
  return file;
}
