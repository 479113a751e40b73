import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { pathId } from '../../../core/path/path.js';
import { slotAtOrBefore } from '../../../core/time/slot.js';
import { zonedMonth } from '../../../core/time/month.js';
import type { BandJson } from '../../../render/fault/band.js';
import { addPage, type PortalOptions } from '../page.js';
import { pathChart } from '../chart/path-chart.js';
import { drawnSlots } from '../chart/slots.js';
import { shownBand } from './mesh-cells.js';
import { happeningsOf } from './happenings.js';
import { roundsBetween } from './rounds-between.js';
import { packetSpread, sizeRows, spreadOfRounds } from './spread.js';

const dayMs = 86_400_000;
export const spans = ['1', '7', '31'] as const;

/** `/paths/HKG/SIN`: what is promised and what was measured, with what happened at the same time. */
export function pathPage(server: FastifyInstance, portal: PortalOptions): void {
  const { config, now } = portal;
  addPage(server, portal, {
    ...{ method: 'GET', url: '/paths/:source/:destination', access: 'rounds:read' },
    params: z.object({ source: z.string().max(32), destination: z.string().max(32) }),
    query: z.object({ days: z.enum(spans).catch('1').default('1') }),
    handle: async ({ params, query: { days }, ask, shell, caller }) => {
      const { pops, measurement, book } = config();
      const path = pathId(params.source, params.destination);
      const nameOf = (id: string): string | null => pops.find((pop) => pop.id === id)?.name ?? null;
      if (nameOf(params.source) === null || nameOf(params.destination) === null) return null;
      const answer = await ask<{ readonly bands: readonly BandJson[] }>('getBands', { query: { path } });
      if (answer === null) return null;
      const { everyMs } = measurement;
      // Where the bands end, so that the page counts the same rounds twice; what is being measured is not missing yet.
      const day = answer.bands.find(({ window }) => window === 'last-24h');
      const to = day ? Date.parse(day.to) : slotAtOrBefore(now(), everyMs);
      const from = to - Number(days) * dayMs;
      const rounds = await roundsBetween(ask, { path, from, to });
      const slots = drawnSlots({ rounds, from, to, everyMs });
      const happenings = await happeningsOf(ask, caller, { path, ...params, from, to });
      const commitmentUs = answer.bands.find(({ latency }) => latency.commitmentUs !== null)?.latency
        .commitmentUs;
      const newest = rounds.find(({ status }) => status === 'ok');
      const month = zonedMonth(shell.f.iso(now()).slice(0, 7), shell.f.zone);
      return {
        ...{ view: 'path', title: `${params.source} → ${params.destination}` },
        scripts: ['uplot.js', 'chart.js'],
        page: {
          ...{ path, days, spans, from, to, everyMs, now: now() },
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
          ...{ happenings, month: month.name },
          held: slots.filter(({ held }) => held).length,
          due: slots.length,
          chart: pathChart({
            ...{ slots, from, to, everyMs, zone: shell.f.zone, happenings },
            commitmentUs: commitmentUs ?? null,
          }),
          spread: spreadOfRounds(slots),
          sizes: sizeRows(rounds),
          packets: newest ? await packetSpread(ask, path, newest.slot) : null,
          rows: [...slots].reverse().slice(0, 48),
          oneCustomer: caller.reach === 'own',
        },
      };
    },
  });
}
