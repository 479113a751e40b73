import { Readable } from 'node:stream';
import { fastify, type FastifyInstance, type FastifyRequest, type FastifyServerOptions } from 'fastify';
import type { Config } from '../config/config.js';
import type { Plan } from '../core/plan.js';
import { formatNetwork } from '../config/scalars.js';
import type { EpochMs } from '../core/types.js';
import { admit, keepTrail } from './access/caller.js';
import { identifier } from './access/identify.js';
import { ownSessionRoutes } from './access/own-session-routes.js';
import { registryRoutes } from './access/registry-routes.js';
import { oidcRoutes, sessionRoutes } from './access/session-routes.js';
import { configRoutes, evaluateRoutes, type Jobs, keyRoutes } from './contract/evaluate.js';
import { evidenceRoutes } from './contract/evidence.js';
import { planRoutes } from './contract/plans.js';
import { billingRoutes } from './credits/routes.js';
import { customerRoutes } from './customers/routes.js';
import { answerTags, limitRate, onceForItsKey, readForwarded, secureHeaders } from './guard.js';
import { ledgerReads } from './ledger/reads.js';
import { attachmentWrite, exclusionFiles, ledgerWrites } from './ledger/writes.js';
import {
  agentRoutes,
  healthRoutes,
  inventoryRoutes,
  meshRoutes,
  type MeshRoutes,
  type Readiness,
} from './mesh.js';
import { answerProblems, type HttpLog, type ProblemPage } from './problem.js';
import { type ReportRouteOptions, reportRoutes } from './reports.js';
import { roundRoutes } from './rounds.js';
import { networkRoutes } from './network.js';
import { seriesRoutes } from './series.js';
import { qualityRoutes } from './tmf/quality.js';
import { describeRoutes, documentRoute, useZod } from './route/document.js';
import { addRoute } from './route/route.js';
import { standingRoutes, type StandingRoutes } from './standing.js';
import { faultRoutes } from './tickets/notifications.js';
import type { Metrics } from '../metrics/metrics.js';
import type { AgentsShown } from '../render/mesh.js';
import type { Authenticator } from '../services/access/authenticator.js';
import type { Oidc } from '../services/access/oidc.js';
import type { Registry } from '../services/access/registry.js';
import type { Billing } from '../services/credits/billing.js';
import type { NetworkChanges } from '../services/network/changes.js';
import type { DayWatch } from '../services/network/day.js';
import type { LedgerBacklog } from '../services/ledger/backlog.js';
import type { TicketBacklog } from '../services/tickets/service.js';
import type { AccessStore } from '../store/access-store.js';
import type { Store } from '../store/store.js';

/** The pages of a portal, which ask the routes of this server. */
export interface HttpPages {
  readonly problemPage: ProblemPage;
  /** Called for the whole server, before any route: an error of any route may be shown by a page. */
  readonly decorate: (server: FastifyInstance) => void;
  /** Called after the routes. */
  readonly register: (server: FastifyInstance, options: HttpPagesOptions) => void;
}

export interface HttpPagesOptions {
  readonly now: () => EpochMs;
  /** The operations of the API as functions, each for a caller and by its own access rule. */
  readonly api: Api;
  readonly registry: Pick<Registry, 'users'>;
  /** What the daemon needs to do its work, and whether it has it now. */
  readonly readiness: () => readonly Readiness[];
  /** The backup that was made last; absent: the database is another program's. */
  readonly lastBackup?: HttpOptions['lastBackup'];
  /** Whether there is a provider of OpenID Connect. */
  readonly oidc: boolean;
  readonly changes: NetworkChanges;
}

export interface HttpOptions {
  readonly store: { readonly rounds: Pick<Store['rounds'], 'list' | 'packets' | 'series'> };
  readonly metrics: Pick<Metrics, 'answer'>;
  /** The configuration in force. */
  readonly config: () => Config;
  /** What the daemon needs to do its work, and whether it has it now. */
  readonly readiness: () => readonly Readiness[];
  /** The state of the paths. */
  readonly mesh: Omit<MeshRoutes, 'config'>;
  /** The backup that was made last; null: none is known. Left out: the database is another program's to back up. */
  readonly lastBackup?: (() => Promise<{ readonly at: string; readonly file: string } | null>) | undefined;
  /** The state of the services. */
  readonly standing: Omit<StandingRoutes, 'config'>;
  /** What observers saw, the plan of paths that no service names, and what tells open pages of changes. */
  readonly network: {
    readonly watch: DayWatch;
    readonly defaultPlan: () => Plan | null;
    readonly changes: NetworkChanges;
  };
  /** How the agents of this hub are; left out, there is no route to it. */
  readonly agents?: () => AgentsShown;
  /** What people entered, and the months that are based on it. */
  readonly ledger: { readonly ledgerBacklog: LedgerBacklog; readonly now: () => EpochMs };
  /** Who may come in. */
  readonly access: {
    readonly authenticator: Authenticator;
    readonly registry: Registry;
    /** Left out: there is no provider. */
    readonly oidc?: Oidc | undefined;
    readonly store: Pick<AccessStore, 'trail' | 'replies' | 'factors'>;
    readonly now: () => EpochMs;
  };
  /** The PEM texts that HTTPS is spoken with; left out: plain HTTP. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Reports of months, and what makes files of them. */
  readonly reports: Omit<ReportRouteOptions, 'freshen'>;
  /** Statements and what follows from them. */
  readonly billing: Billing;
  /** Fault reports. */
  readonly faults: { readonly ticketBacklog: TicketBacklog; readonly now: () => EpochMs };
  /** What is done beside everything else. */
  readonly jobs: Jobs;
  /** Left out: there are no pages, and problems are answered as JSON only. */
  readonly pages?: HttpPages;
  readonly log: HttpLog;
  readonly version: string;
  /** Holds every answer against its schema: for tests. */
  readonly checkAnswers?: boolean;
}

/** The server, complete but for a port: whoever builds it lets it listen, and closes it. */
export function buildHttp(options: HttpOptions): FastifyInstance {
  const { config, access, log, version, checkAnswers = false } = options;
  const { trustedProxies, bodyLimit, requestsPerMinute } = config().http;
  const server = makeServer(
    {
      // A keep-alive connection must not hold up the daemon's end.
      forceCloseConnections: true,
      requestTimeout: 30_000,
      bodyLimit,
      trustProxy: trustedProxies.length === 0 ? false : trustedProxies.map(formatNetwork),
      // A name that stands for a value of an object's prototype is refused, not taken out.
      onProtoPoisoning: 'error',
      onConstructorPoisoning: 'error',
      routerOptions: { maxParamLength: 500 },
    },
    options.tls,
  );
  answerProblems(server, log, options.pages?.problemPage);
  if (trustedProxies.length > 0) readForwarded(server);
  server.addHook('onResponse', (request, reply, done) => {
    const { method, url } = request;
    log.debug({ method, url, status: reply.statusCode, ms: Math.round(reply.elapsedTime) }, 'request');
    done();
  });
  secureHeaders(server);
  limitRate(server, requestsPerMinute);
  const identify = identifier({ authenticator: access.authenticator, config, oidc: access.oidc });
  admit(server, { config, identify: identify.identify, now: access.now });
  keepTrail(server, { trail: access.store.trail, now: access.now, log });
  onceForItsKey(server, { replies: access.store.replies, now: access.now, log });
  answerTags(server);
  useZod(server, { checkAnswers });
  options.pages?.decorate(server);
  describeRoutes(server, version);
  let api: Api | undefined;
  // A plug-in of their own: only routes that come after the description are in it.
  server.register((routes, _options, done) => {
    api = apiRoutes(routes, options, identify.checkHost);
    done();
  });
  // Another one: the parsers of the API's bodies are none of the pages'.
  server.register((pages, _options, done) => {
    const { now, registry, oidc } = access;
    const { readiness, lastBackup, network } = options;
    const { changes } = network;
    const seen = { readiness, changes, ...(lastBackup && { lastBackup }) };
    if (api) options.pages?.register(pages, { now, api, registry, oidc: oidc !== undefined, ...seen });
    done();
  });
  return server;
}

/** The operations of the API that other parts of the program use as functions. */
export type Api = ReturnType<typeof apiRoutes>;

/** Declares every route of the API. */
function apiRoutes(
  routes: FastifyInstance,
  options: HttpOptions,
  checkHost: Parameters<typeof metricsRoute>[3],
) {
  const { store, metrics, config, readiness, ledger, reports, billing, jobs, log, version } = options;
  const {
    authenticator,
    registry,
    oidc,
    now,
    store: { trail },
  } = options.access;
  const { publicUrl, auth } = config().http;
  documentRoute(routes);
  healthRoutes(routes, { readiness, version });
  metricsRoute(routes, metrics, auth.metrics, checkHost);
  inventoryRoutes(routes, config);
  planRoutes(routes, config);
  const keys = keyRoutes(routes, config);
  configRoutes(routes, config);
  const rounds = roundRoutes(routes, store.rounds, () => config().measurement.everyMs);
  const series = seriesRoutes(routes, {
    store: store.rounds,
    everyMs: () => config().measurement.everyMs,
    now,
  });
  if (options.agents) agentRoutes(routes, { agents: options.agents, config });
  const mesh = meshRoutes(routes, { ...options.mesh, config });
  const standing = standingRoutes(routes, { ...options.standing, config });
  const session = sessionRoutes(routes, { authenticator, trail, now });
  const own = ownSessionRoutes(routes, authenticator, authenticator.factors);
  if (oidc && publicUrl !== null) oidcRoutes(routes, { oidc, publicUrl, trail, now, log });
  const access = registryRoutes(routes, { registry, trail, now });
  const entered = ledgerReads(routes, { ...ledger, book: () => config().book });
  const network = networkRoutes(routes, {
    store: { rounds: store.rounds, watch: options.network.watch },
    ledgerBacklog: ledger.ledgerBacklog,
    mesh: options.mesh.mesh,
    config,
    defaultPlan: options.network.defaultPlan,
    readiness,
    agents: options.agents,
    now: ledger.now,
  });
  const entering = ledgerWrites(routes, ledger.ledgerBacklog);
  attachmentWrite(routes, ledger.ledgerBacklog);
  exclusionFiles(routes, ledger.ledgerBacklog);
  customerRoutes(routes, ledger.ledgerBacklog.registry, ledger.now);
  reportRoutes(routes, { ...reports, freshen: (month) => billing.statements.freshen(month) });
  const bills = billingRoutes(routes, billing, now, reports.renderNote);
  qualityRoutes(routes, billing.statements, now);
  const evidence = evidenceRoutes(routes, { jobs, config });
  // It reads its own JSON.
  routes.register((apart, _apart, ready) => {
    evaluateRoutes(apart, jobs);
    ready();
  });
  const tickets = faultRoutes(routes, { ...options.faults, config });
  return {
    ...keys,
    ...rounds,
    ...series,
    ...mesh,
    ...standing,
    ...session,
    ...own,
    ...access,
    ...entered,
    ...network,
    ...entering,
    ...bills,
    ...evidence,
    ...tickets,
  };
}

/** Its type is that of one that speaks plain HTTP: nothing of ours tells the two apart. */
function makeServer(options: FastifyServerOptions, tls: HttpOptions['tls']): FastifyInstance {
  if (tls === undefined) return fastify(options);
  const https = { ...tls, minVersion: 'TLSv1.2' as const };
  return fastify({ ...options, https } as FastifyServerOptions);
}

/** `/metrics`, for Prometheus: in pieces, so that a large scrape holds up nothing else. */
function metricsRoute(
  server: FastifyInstance,
  metrics: Pick<Metrics, 'answer'>,
  readers: 'open' | 'signed-in',
  /** Throws where a page of elsewhere, whose name was made to point here, asks. */
  checkHost: (request: FastifyRequest) => Promise<void>,
): void {
  addRoute(server, {
    method: 'GET',
    url: '/metrics',
    operationId: 'getMetrics',
    tag: 'about',
    access: readers === 'open' ? 'open' : 'metrics:read',
    summary:
      'Every metric, in the text format of Prometheus, or in OpenMetrics where the Accept header asks for it.',
    answer: { description: 'the metrics', contentType: 'text/plain' },
    handle: async ({ request, reply }) => {
      await checkHost(request);
      const { contentType, pieces } = metrics.answer(request.headers.accept);
      reply.type(contentType);
      return Readable.from(pieces, { objectMode: false });
    },
  });
}
