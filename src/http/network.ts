import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Config } from '../config/config.js';
import { isMaintenance } from '../core/ledger/exclusions.js';
import { pathEnds } from '../core/path.js';
import type { Plan } from '../core/plan.js';
import type { MeshStanding } from '../core/standing.js';
import { contains, type IntervalSet } from '../core/time/intervals.js';
import type { EpochMs } from '../core/types.js';
import { outageCauses } from '../core/watch/attribution.js';
import type { AgentsShown } from '../render/mesh.js';
import { agentsAside, dayJson, groupDetailsJson, groupJson, spellJson } from '../render/network.js';
import { isoInstant } from '../render/figures.js';
import type { LedgerBacklog } from '../services/ledger/backlog.js';
import { staleWhileRevalidate } from '../services/cache.js';
import { type DayWatch, networkDay, severeRounds, unobservedPorts } from '../services/network/day.js';
import { causeOf, shownGroups, type ShownGroup } from '../services/network/outage-groups.js';
import { spellFinder } from '../services/network/spells.js';
import type { RoundStore } from '../store/store.js';
import { outage } from './ledger/answers.js';
import { ownOutages } from './ledger/shown.js';
import type { Readiness } from './mesh.js';
import { BadRequestError } from './problem.js';
import { ending, instant, limit, words } from './route/input.js';
import { addOperation, isoTime, pageAnswer, pageOf, pageQuery } from './route/route.js';

interface NetworkRoutes {
  readonly store: { readonly rounds: Pick<RoundStore, 'list'>; readonly watch: DayWatch };
  readonly ledgerBacklog: LedgerBacklog;
  readonly mesh: () => MeshStanding;
  readonly config: () => Config;
  /** The plan of paths that no service names. */
  readonly defaultPlan: () => Plan | null;
  readonly readiness: () => readonly Readiness[];
  readonly agents?: (() => AgentsShown) | undefined;
  readonly now: () => EpochMs;
}

const group = z.strictObject({
  id: z.string().meta({ description: 'the ref of the first of its outages' }),
  port: z.string(),
  from: isoTime(),
  to: isoTime().nullable(),
  state: z.enum(['ongoing', 'ended', 'void']),
  cause: z.enum(outageCauses).nullable().meta({ description: 'the weightiest that its outages have' }),
  observers: z.array(z.string()).meta({ description: 'those that saw it and were not cut off themselves' }),
  maintenance: z.array(z.string()).meta({ description: 'approved maintenance of the port meanwhile' }),
});

const spell = z.strictObject({
  path: z.string(),
  since: isoTime(),
  longer: z.boolean().meta({ description: 'it began earlier, more than 24 h ago' }),
  level: z.int().meta({ description: 'the place of the worse band in its plan; 0 is the best' }),
  latencyBand: z.string().nullable(),
  lossBand: z.string().nullable(),
  latencyUs: z.int().nullable(),
  lossPpm: z.int().nullable(),
  excessPercent: z.string().nullable(),
  explained: z.boolean().meta({ description: 'a port at one of its ends is down, or in maintenance' }),
});

const popState = z
  .enum(['up', 'down', 'maintenance', 'unobserved', 'unwatched'])
  .meta({ description: 'unobserved: none of its observers watches it now; unwatched: it has none' });
const network = z.strictObject({
  at: isoTime(),
  judgedAt: isoTime().nullable(),
  down: z.array(group),
  ended: z.array(group).meta({ description: 'outages that ended within the last six hours, newest first' }),
  worse: z
    .array(spell)
    .meta({ description: 'paths that are worse than normal in their newest round, the newest spell first' }),
  unmeasured: z.array(z.string()).meta({ description: 'paths without a valid newest round' }),
  pops: z.array(
    z.strictObject({
      id: z.string(),
      name: z.string(),
      region: z.string().nullable(),
      coordinates: z.strictObject({ latitude: z.number(), longitude: z.number() }).nullable(),
      state: popState,
    }),
  ),
  checks: z.array(z.strictObject({ name: z.string(), reason: z.string().nullable() })).meta({
    description: 'what keeps the daemon from its work',
  }),
  agents: z
    .array(z.strictObject({ agent: z.string(), state: z.string(), lastSeen: isoTime().nullable() }))
    .meta({ description: 'agents of the mesh that are not in order' }),
});

const named = z.strictObject({ id: z.string(), from: isoTime(), to: isoTime() });
const plain = z.array(z.strictObject({ from: isoTime(), to: isoTime() }));
const day = z.strictObject({
  from: isoTime(),
  to: isoTime(),
  until: isoTime().meta({ description: 'what is later is not known yet' }),
  pops: z.array(
    z.strictObject({
      pop: z.string(),
      outages: z.array(named.extend({ state: z.enum(['ongoing', 'ended', 'void']) })),
      maintenance: z.array(named),
      watched: z.boolean().meta({ description: 'whether anybody ever watched the port' }),
      unobserved: plain.meta({ description: 'when none of its observers watched the port' }),
    }),
  ),
  paths: z
    .array(z.strictObject({ path: z.string(), severe: plain, maintenance: z.array(named) }))
    .meta({ description: 'paths with a severe round; the one with the most first' }),
});

/** Of a port that is not known to be down. */
const observedState = (unobserved: IntervalSet | null, at: EpochMs) => {
  if (unobserved === null) return 'unwatched' as const;
  return contains(unobserved, at - 1) ? ('unobserved' as const) : ('up' as const);
};

const minuteMs = 60_000;
const recentMs = 6 * 3_600_000;
const longestDayMs = 49 * 3_600_000;

/** `/api/v1/outage-groups` and `/network`: outages by port and time, and how the network is and was on a day. */
export function networkRoutes(server: FastifyInstance, routes: NetworkRoutes) {
  const { store, ledgerBacklog, mesh, config, defaultPlan, readiness, agents, now } = routes;
  const { ledgerService } = ledgerBacklog;
  // All rounds of a day are read for it, and open pages ask again each minute: they share what a minute gave.
  const severeOf = staleWhileRevalidate({
    make: (key) => {
      const [from = '', to = ''] = key.split(' ');
      const past = { from: Number(from), to: Number(to) };
      return severeRounds({ rounds: store.rounds, config: config(), defaultPlan: defaultPlan() }, past);
    },
    basis: () => Promise.resolve(''),
    now,
    freshMs: minuteMs,
    most: 8,
  });
  const spellsOf = spellFinder(store.rounds);
  const ofGroup = async (one: ShownGroup): Promise<ReturnType<typeof groupJson>> =>
    groupJson(one, causeOf(await ledgerService.attributed(one.outages)));

  const listOutageGroups = addOperation(server, {
    method: 'GET',
    url: '/api/v1/outage-groups',
    operationId: 'listOutageGroups',
    tag: 'ledger',
    access: 'outages:read',
    summary: 'Outages by port and time: what several observers saw is one, with the outage of each of them.',
    query: z.strictObject({
      port: words('word').optional(),
      from: instant().optional(),
      to: ending().optional(),
      ...pageQuery,
      // What each was is worked out from many rows.
      limit: limit(200).optional(),
      id: words('name').optional(),
      open: z.enum(['true', 'false']).default('false').meta({ description: 'only those that go on' }),
      order: z.enum(['oldest', 'newest']).default('oldest'),
    }),
    answer: {
      description: 'a page of the groups',
      schema: z.strictObject({
        groups: z.array(group.extend({ outages: z.array(outage) })),
        total: z.int().meta({ description: 'of all pages' }),
        ...pageAnswer,
      }),
    },
    handle: async ({ query: { port, from, to, id, open, order, ...place }, caller }) => {
      const scope = caller.scope();
      const found = await ledgerService.outages({
        ...(port !== undefined && { port }),
        ...(from !== undefined && { from }),
        ...(to !== undefined && { to }),
      });
      // Who has maintenance when is for the house.
      const exclusions = scope === null ? await ledgerService.exclusions() : [];
      const all = shownGroups(ownOutages(found, scope), exclusions).filter(
        (one) =>
          (id === undefined || one.outages.some(({ ref }) => ref === id)) &&
          (open === 'false' || (one.to === null && !one.isVoid)),
      );
      const shown = order === 'newest' ? all.toReversed() : all;
      const { page, nextCursor } = pageOf(shown, place, (one) => one.id);
      const outages = page.flatMap((one) => one.outages);
      const known = new Map(
        (scope === null ? await ledgerService.attributed(outages) : outages).map((one) => [one.ref, one]),
      );
      return {
        groups: page.map((one) => {
          const of = one.outages.map((each) => known.get(each.ref) ?? each);
          return groupDetailsJson(one, causeOf(of), { outages: of, networkOf: ledgerService.networkOf });
        }),
        total: shown.length,
        nextCursor,
      };
    },
  });

  const getNetwork = addOperation(server, {
    method: 'GET',
    url: '/api/v1/network',
    operationId: 'getNetwork',
    tag: 'about',
    access: 'network:read',
    summary: 'How the network is now: what is down since when, what turned worse, what needs somebody.',
    answer: { description: 'the network', schema: network },
    handle: async () => {
      const [at, standing, exclusions] = [now(), mesh(), await ledgerService.exclusions()];
      const groups = shownGroups(await ledgerService.outages({ from: at - recentMs }), exclusions);
      const counted = groups.filter(({ isVoid }) => !isVoid);
      const down = counted.filter(({ to }) => to === null);
      const ended = counted.filter(({ to }) => to !== null && to > at - recentMs).toReversed();
      const maintained = exclusions
        .filter(isMaintenance)
        .filter(({ intervals }) => intervals.some(({ from, to }) => from <= at && at < to))
        .map(({ scope }) => scope);
      const isMaintained = (pop: string): boolean =>
        maintained.some((scope) => scope === 'all' || scope.pops.includes(pop));
      const isDown = (pop: string): boolean => down.some(({ port }) => port === pop);
      const unobserved = await unobservedPorts(store.watch, { from: at - 120_000, to: at }, at);
      const spells = await spellsOf(standing);
      return {
        at: isoInstant(at),
        judgedAt: standing.judgedAt === null ? null : isoInstant(standing.judgedAt),
        down: await Promise.all(down.map(ofGroup)),
        ended: await Promise.all(ended.map(ofGroup)),
        worse: spells.map((one) => {
          const { source = '', destination = '' } = pathEnds(one.path) ?? {};
          return spellJson(
            one,
            [source, destination].some((pop) => isDown(pop) || isMaintained(pop)) ||
              maintained.some((scope) => scope !== 'all' && scope.paths.includes(one.path)),
          );
        }),
        unmeasured: [...standing.paths].flatMap(([path, of]) =>
          of !== null && of.round.held === 0 && of.round.due > 0 ? [path] : [],
        ),
        pops: config().pops.map(({ id, name, region, coordinates }) => ({
          id,
          name,
          region,
          coordinates,
          state: isDown(id)
            ? ('down' as const)
            : isMaintained(id)
              ? ('maintenance' as const)
              : observedState(unobserved(id), at),
        })),
        checks: readiness().flatMap(({ name, ok, reason }) => (ok ? [] : [{ name, reason }])),
        agents: agents ? agentsAside(agents()) : [],
      };
    },
  });

  const getNetworkDay = addOperation(server, {
    method: 'GET',
    url: '/api/v1/network/day',
    operationId: 'getNetworkDay',
    tag: 'about',
    access: 'network:read',
    summary: 'What happened in the network in a day: outages, maintenance, severe rounds, unobserved time.',
    query: z.strictObject({ from: instant(), to: ending() }),
    answer: { description: 'the day', schema: day },
    handle: async ({ query: { from, to } }) => {
      if (!(from < to && to - from <= longestDayMs))
        throw new BadRequestError([{ parameter: 'to', detail: 'must be after from, by 49 hours at most' }]);
      const [outages, exclusions] = [
        await ledgerService.outages({ from, to }),
        await ledgerService.exclusions(),
      ];
      const [of, at] = [config(), now()];
      return dayJson(
        await networkDay({
          period: { from, to },
          now: at,
          watch: store.watch,
          config: of,
          // A new minute is a new key: nobody gets what an earlier one gave.
          severe: (past) => {
            const end = Math.min(to, (Math.floor(past.to / minuteMs) + 1) * minuteMs);
            return severeOf([past.from, end, Math.floor(at / minuteMs)].join(' '));
          },
          outages,
          exclusions,
        }),
      );
    },
  });
  return { listOutageGroups, getNetwork, getNetworkDay };
}
