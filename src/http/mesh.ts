import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Config, Pop } from '../config/config.js';
import { mostCharacters } from '../core/text/limits.js';
import { pathEnds } from '../core/path.js';
import { type MeshStanding, windowKinds } from '../core/standing.js';
import { contains } from '../core/time/intervals.js';
import type { EpochMs, PathId } from '../core/types.js';
import { pathJson, popJson } from '../render/inventory.js';
import { agentsJson, type AgentsShown, meshJson, type MeshJson, prometheusTargets } from '../render/mesh.js';
import type { Caller } from './access/caller.js';
import { text } from './route/input.js';
import { addOperation, addRoute, isoTime, pageAnswer, pageOf, pageQuery } from './route/route.js';
import { cacheSerialized } from './route/serialized.js';

interface MeshSeen {
  readonly pops: readonly Pop[];
  readonly paths: readonly PathId[];
}

/** The paths that a caller may see at an instant, by id, and the PoPs that they join. */
function meshSeen(caller: Caller, { pops }: Config, mesh: MeshStanding, now: EpochMs): MeshSeen {
  const scope = caller.scope();
  if (scope === null) return { pops, paths: [...mesh.paths.keys()] };
  const paths = [...scope.paths]
    .flatMap(([path, times]) => (mesh.paths.has(path) && contains(times, now) ? [path] : []))
    .sort((a, b) => (a < b ? -1 : 1));
  const ends = new Set(paths.flatMap((path) => Object.values(pathEnds(path) ?? {})));
  return { pops: pops.filter(({ id }) => ends.has(id)), paths };
}

export interface MeshRoutes {
  /** The state of the paths, judged beside the measurement. */
  readonly mesh: () => MeshStanding;
  readonly config: () => Config;
  readonly now: () => EpochMs;
}

const texts = z.array(z.string().nullable());
const counts = z.array(z.int().nullable());
const columns = z.strictObject({
  latencyBand: texts,
  lossBand: texts,
  latencyUs: counts,
  lossPpm: counts,
  excessPercent: texts,
  held: counts.meta({ description: 'rounds held; 0 of some due: it was not measured' }),
  due: counts,
});
const answer = z.strictObject({
  judgedAt: isoTime().nullable(),
  everyMs: z.int(),
  pops: z.array(z.strictObject({ id: z.string(), name: z.string(), region: z.string().nullable() })),
  plans: z
    .array(z.strictObject({ id: z.string(), latency: z.array(z.string()), loss: z.array(z.string()) }))
    .meta({ description: 'the bands of each plan, from the best to the worst' }),
  paths: z.array(z.string()).meta({ description: 'the n-th of every column belongs to the n-th path' }),
  plan: texts,
  commitmentUs: counts,
  slot: z.array(isoTime().nullable()),
  windows: z.strictObject(Object.fromEntries(windowKinds.map((kind) => [kind, columns]))),
});

/** `/api/v1/mesh`: the bands of every path over its three windows, in one answer. */
export function meshRoutes(server: FastifyInstance, options: MeshRoutes) {
  const answers = memoizedAnswers(options);
  const getMesh = addOperation(server, {
    method: 'GET',
    url: '/api/v1/mesh',
    operationId: 'getMesh',
    tag: 'rounds',
    access: 'rounds:read',
    summary:
      'The bands of all paths, source × destination: of the newest round, of 24 h, of the month to date.',
    answer: { description: 'the mesh, a column for each figure', schema: answer },
    handle: ({ caller }) => answers.of(caller),
  });
  return { getMesh };
}

/**
 * An answer for each who sees something else, made once for each time that something was judged: those who see the same
 * get the same one.
 */
function memoizedAnswers({ mesh, config, now }: MeshRoutes): { of: (caller: Caller) => MeshJson } {
  let made: { readonly from: MeshStanding; readonly by: Config } | null = null;
  const known = new Map<string, MeshJson>();
  return {
    of: (caller) => {
      const [from, by] = [mesh(), config()];
      if (made?.from !== from || made.by !== by) known.clear();
      made = { from, by };
      const seen = meshSeen(caller, by, from, now());
      const key = caller.reach === 'all' ? '' : seen.paths.join(' ');
      const answered =
        known.get(key) ?? cacheSerialized(meshJson({ mesh: from, ...seen, everyMs: by.measurement.everyMs }));
      known.set(key, answered);
      return answered;
    },
  };
}

const agentsAnswer = z.strictObject({
  revision: z.int().nullable().meta({ description: 'of the mesh that is published; null: none is' }),
  agents: z.array(
    z.strictObject({
      agent: z.string(),
      state: z.string(),
      lastSeen: isoTime().nullable(),
      version: z.string().nullable(),
      paths: z.int().nullable(),
      config: z
        .strictObject({
          revision: z.int().nullable().meta({ description: 'that it runs on; null: its own file' }),
          refused: z.strictObject({ revision: z.int(), why: z.string() }).nullable(),
        })
        .nullable(),
      clock: z
        .strictObject({ offsetMs: z.int(), errorMs: z.int(), suspect: z.boolean() })
        .nullable()
        .meta({ description: 'against the hub’s: off by so much, give or take the error' }),
      backlog: z
        .strictObject({ rows: z.int(), oldest: isoTime().nullable(), oldestAgeMs: z.number().nullable() })
        .nullable()
        .meta({ description: 'rows that wait to reach the hub' }),
    }),
  ),
});

const portRule = 'the port that agents serve /metrics on, 1 to 65535; 9720 where it is left out';
const portOfAgents = () =>
  text<number>(
    (given) =>
      /^[1-9]\d{0,4}$/.test(given) && Number(given) <= 65_535
        ? { value: Number(given) }
        : { detail: `is not a port; allowed: ${portRule}` },
    { description: portRule, examples: ['9720'], maxLength: mostCharacters.word },
  ).default(9720);

const targets = z.array(
  z.strictObject({ targets: z.array(z.string()), labels: z.record(z.string(), z.string()) }),
);

/**
 * `/api/v1/agents`: how the agents of a hub are; `/api/v1/agents/targets`: where Prometheus scrapes them (the answer is
 * in the form of its HTTP service discovery).
 */
export function agentRoutes(
  server: FastifyInstance,
  { agents, config }: { readonly agents: () => AgentsShown; readonly config: () => Config },
): void {
  addRoute(server, {
    method: 'GET',
    url: '/api/v1/agents',
    operationId: 'listAgents',
    tag: 'about',
    access: 'agents:read',
    summary: 'How every agent of the mesh is: version, configuration, backlog, clock, last seen.',
    answer: { description: 'the agents, by name', schema: agentsAnswer },
    handle: () => agentsJson(agents()),
  });
  addRoute(server, {
    method: 'GET',
    url: '/api/v1/agents/targets',
    operationId: 'listAgentTargets',
    tag: 'about',
    access: 'metrics:read',
    query: z.strictObject({ port: portOfAgents() }),
    summary: 'Where to scrape each agent of the mesh, for http_sd_configs of Prometheus.',
    answer: { description: 'a target an agent, at the address or name of its PoP', schema: targets },
    handle: ({ query: { port } }) => {
      const { pops } = config();
      return prometheusTargets(
        agents().agents.flatMap(({ agent }) => {
          const pop = pops.find(({ id }) => id === agent);
          const address = pop?.host ?? pop?.ipv4 ?? pop?.ipv6 ?? null;
          return pop && address !== null ? [{ agent, address, region: pop.region }] : [];
        }),
        port,
      );
    },
  });
}

/** One thing that the daemon needs to do its work. */
export interface Readiness {
  readonly name: string;
  readonly ok: boolean;
  /** Why it is not, for people; null when it is. */
  readonly reason: string | null;
}

const checks = z.array(z.strictObject({ name: z.string(), ok: z.boolean(), reason: z.string().nullable() }));

/** `/healthz`: the process answers. `/readyz`: it does its work, or 503 with what keeps it from that. */
export function healthRoutes(
  server: FastifyInstance,
  { readiness, version }: { readonly readiness: () => readonly Readiness[]; readonly version: string },
): void {
  addRoute(server, {
    method: 'GET',
    url: '/healthz',
    operationId: 'getHealth',
    tag: 'about',
    access: 'open',
    summary: 'Whether the process answers.',
    answer: {
      description: 'it does',
      schema: z.strictObject({ status: z.literal('ok'), version: z.string() }),
    },
    handle: () => ({ status: 'ok', version }),
  });
  addRoute(server, {
    method: 'GET',
    url: '/readyz',
    operationId: 'getReadiness',
    tag: 'about',
    access: 'open',
    summary: 'Whether the daemon does its work; 503 with the reason otherwise.',
    answer: { description: 'it does', schema: z.strictObject({ ready: z.boolean(), checks }) },
    handle: ({ reply }) => {
      const found = readiness();
      const ready = found.every((check) => check.ok);
      if (!ready) reply.code(503).type('application/json');
      return { ready, checks: found };
    },
  });
}

const pop = z.strictObject({
  id: z.string(),
  name: z.string(),
  region: z.string().nullable(),
  ipv4: z.string().nullable(),
  ipv6: z.string().nullable(),
  host: z.string().nullable(),
  coordinates: z.strictObject({ latitude: z.number(), longitude: z.number() }).nullable(),
  agent: z.boolean(),
});

const path = z.strictObject({
  id: z.string(),
  source: z.string(),
  destination: z.string(),
  from: isoTime().nullable(),
  to: isoTime().nullable(),
});

/** `/api/v1/pops` and `/api/v1/paths`: what the configuration in force says. */
export function inventoryRoutes(server: FastifyInstance, config: () => Config): void {
  addRoute(server, {
    method: 'GET',
    url: '/api/v1/pops',
    operationId: 'listPops',
    tag: 'inventory',
    access: 'pops:read',
    summary: 'The PoPs of the configuration in force.',
    answer: { description: 'the PoPs', schema: z.strictObject({ pops: z.array(pop) }) },
    handle: ({ caller }) => {
      const { pops, agent } = config();
      const scope = caller.scope();
      if (scope === null) return { pops: pops.map((one) => popJson(one, agent)) };
      // Where it can be reached is nobody's business but ours.
      const hidden = { ipv4: null, ipv6: null, host: null };
      const ends = new Set([
        ...scope.ports.keys(),
        ...[...scope.paths.keys()].flatMap((path) => path.split('>')),
      ]);
      const seen = pops.filter(({ id }) => ends.has(id));
      return { pops: seen.map((one) => popJson({ ...one, ...hidden }, agent)) };
    },
  });
  addRoute(server, {
    method: 'GET',
    url: '/api/v1/paths',
    operationId: 'listPaths',
    tag: 'inventory',
    access: 'paths:read',
    summary: 'The paths that this agent measures.',
    query: z.strictObject(pageQuery),
    answer: {
      description: 'a page of the paths',
      schema: z.strictObject({ paths: z.array(path), ...pageAnswer }),
    },
    handle: ({ query, caller }) => {
      const scope = caller.scope();
      const seen = config().paths.filter(({ id }) => scope === null || scope.paths.has(id));
      const { page, nextCursor } = pageOf(seen, query, ({ id }) => id);
      return { paths: page.map(pathJson), nextCursor };
    },
  });
}
