import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { percentile } from '../../core/measurement/figures.js';
import { pathId } from '../../core/path.js';
import { zonedMonth } from '../../core/time/calendar.js';
import { slotAtOrBefore } from '../../core/time/slot.js';
import type { EpochMs } from '../../core/types.js';
import type { Caller } from '../../http/access/caller.js';
import type { Api } from '../../http/http.js';
import { isoInstant } from '../../render/figures.js';
import { type DrawnSlot, drawnSlots, pathChart, type ShownRound } from '../chart/path-chart.js';
import { everyPage } from '../forms.js';
import { addPage, type PortalOptions } from '../page.js';
import { timeline } from './ticket.js';
import { shownBand } from './paths-shown.js';

const sorted = (values: readonly number[]): Float64Array => Float64Array.from(values).sort();
const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : Math.round(values.reduce((sum, one) => sum + one, 0) / values.length);

interface Percentiles {
  readonly count: number;
  readonly minUs: number;
  readonly p50Us: number;
  readonly p95Us: number;
  readonly p99Us: number;
  readonly maxUs: number;
}

function percentilesOf(values: readonly number[]): Percentiles | null {
  if (values.length === 0) return null;
  const all = sorted(values);
  return {
    count: all.length,
    minUs: Math.round(all[0] ?? 0),
    p50Us: Math.round(percentile(all, 50)),
    p95Us: Math.round(percentile(all, 95)),
    p99Us: Math.round(percentile(all, 99)),
    maxUs: Math.round(all.at(-1) ?? 0),
  };
}

/** How the latencies of rounds spread; null: there are none. */
const spreadOfRounds = (slots: readonly DrawnSlot[]): Percentiles | null =>
  percentilesOf(slots.flatMap(({ us }) => us ?? []));

/** Each size over the rounds held, every round weighing the same. */
function sizeRows(rounds: readonly ShownRound[]) {
  const held = rounds.filter(({ status }) => status === 'ok').flatMap(({ sizes }) => sizes);
  return [...new Set(held.map(({ bytes }) => bytes))]
    .sort((a, b) => a - b)
    .map((bytes) => {
      const ofSize = held.filter((size) => size.bytes === bytes && size.sent > 0);
      return {
        bytes,
        rounds: ofSize.length,
        meanUs: mean(ofSize.flatMap(({ rttMeanUs }) => rttMeanUs ?? [])),
        minUs: least(ofSize.flatMap(({ rttMinUs }) => rttMinUs ?? [])),
        maxUs: most(ofSize.flatMap(({ rttMaxUs }) => rttMaxUs ?? [])),
        lossPpm: mean(ofSize.map(({ sent, lost }) => (lost * 1_000_000) / sent)),
      };
    });
}

const least = (values: readonly number[]): number | null =>
  values.reduce<number | null>((found, one) => (found === null || one < found ? one : found), null);
const most = (values: readonly number[]): number | null =>
  values.reduce<number | null>((found, one) => (found === null || one > found ? one : found), null);

/** The packets of a round by size; null: they are not kept. */
async function packetSpread(api: Api, caller: Caller, path: string, slot: string) {
  const answer = await api.getRoundPackets(caller, { query: { path, slot } });
  if (answer === null) return null;
  const rows = answer.sizes.map(({ bytes, packets }) => {
    const back = packets.filter((one) => typeof one === 'number');
    const sent = packets.filter((one) => typeof one !== 'object' || one === null || !('notSent' in one));
    return { bytes, sent: sent.length, lost: sent.length - back.length, spread: percentilesOf(back) };
  });
  return { slot, rows };
}

interface Wanted {
  readonly path: string;
  readonly from: EpochMs;
  readonly to: EpochMs;
}

/** Every round of a path with slots in [from, to), newest first. */
const roundsBetween = (api: Api, caller: Caller, { path, from, to }: Wanted): Promise<ShownRound[]> =>
  everyPage(
    (cursor) =>
      api.listRounds(caller, {
        query: { path, from: isoInstant(from), to: isoInstant(to), limit: '1000', cursor },
      }),
    ({ rounds }) => rounds,
  );

const dayMs = 86_400_000;
const spans = ['1', '7', '31'] as const;

/** `/paths/HKG/SIN`: what is promised and what was measured, with what happened at the same time. */
export function pathPage(server: FastifyInstance, portal: PortalOptions): void {
  const { api, config, now } = portal;
  addPage(server, portal, {
    method: 'GET',
    url: '/paths/:source/:destination',
    access: 'rounds:read',
    params: z.object({ source: z.string().max(32), destination: z.string().max(32) }),
    query: z.object({ days: z.enum(spans).catch('1').default('1') }),
    handle: async ({ params, query: { days }, shell, caller }) => {
      const { pops, measurement, book } = config();
      const path = pathId(params.source, params.destination);
      const nameOf = (id: string): string | null => pops.find((pop) => pop.id === id)?.name ?? null;
      if (nameOf(params.source) === null || nameOf(params.destination) === null) return null;
      const answer = await api.getBands(caller, { query: { path } });
      if (answer === null) return null;
      const { everyMs } = measurement;
      // Where the bands end, so that the page counts the same rounds twice; what is being measured is not missing yet.
      const day = answer.bands.find(({ window }) => window === 'last-24h');
      const to = day ? Date.parse(day.to) : slotAtOrBefore(now(), everyMs);
      const from = to - Number(days) * dayMs;
      const rounds = await roundsBetween(api, caller, { path, from, to });
      const slots = drawnSlots({ rounds, from, to, everyMs });
      const happenings = await timeline(api, caller, { path, ...params, from, to });
      const commitmentUs = answer.bands.find(({ latency }) => latency.commitmentUs !== null)?.latency
        .commitmentUs;
      const newest = rounds.find(({ status }) => status === 'ok');
      const month = zonedMonth(shell.f.iso(now()).slice(0, 7), shell.f.zone);
      return {
        view: 'path',
        title: `${params.source} → ${params.destination}`,
        scripts: ['uplot.js', 'chart.js'],
        page: {
          path,
          days,
          spans,
          from,
          to,
          everyMs,
          now: now(),
          source: { id: params.source, name: nameOf(params.source) },
          destination: { id: params.destination, name: nameOf(params.destination) },
          commitmentUs: commitmentUs ?? null,
          bands: answer.bands.map((band) => {
            const plan = book.plans.get(band.plan)?.versions.at(-1);
            const idsOf = (list: readonly { readonly id: string }[] = []) => list.map(({ id }) => id);
            return {
              ...band,
              latencyBand: shownBand(band.latency.band, idsOf(plan?.latency.bands)),
              lossBand: shownBand(band.loss.band, idsOf(plan?.loss.bands)),
            };
          }),
          plans: new Set(answer.bands.map(({ plan }) => plan)).size,
          happenings,
          month: month.name,
          held: slots.filter(({ held }) => held).length,
          due: slots.length,
          chart: pathChart({
            slots,
            from,
            to,
            everyMs,
            zone: shell.f.zone,
            happenings,
            commitmentUs: commitmentUs ?? null,
          }),
          spread: spreadOfRounds(slots),
          sizes: sizeRows(rounds),
          packets: newest ? await packetSpread(api, caller, path, newest.slot) : null,
          rows: [...slots].reverse().slice(0, 48),
          oneCustomer: caller.reach === 'own',
        },
      };
    },
  });
}
