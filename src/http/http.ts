import { fastify, type FastifyInstance } from 'fastify';
import type { Config } from '../config/config.js';
import type { EpochMs } from '../core/types.js';
import type { Office } from '../engine/ledger/office.js';
import type { Metrics } from '../metrics/metrics.js';
import type { Store } from '../store/store.js';
import { admit } from './access/admit.js';
import { openPrincipal } from './access/loopback.js';
import { customerRoutes } from './customers/routes.js';
import { healthRoutes, type Readiness } from './health.js';
import { inventoryRoutes } from './inventory.js';
import { attachmentWrite } from './ledger/attachments.js';
import { ledgerReads } from './ledger/reads.js';
import { ledgerWrites } from './ledger/writes.js';
import { metricsRoute } from './metrics.js';
import { answerProblems, type HttpLog } from './problem.js';
import { roundRoutes } from './rounds.js';
import { useZod } from './route/compilers.js';
import { describeRoutes, documentRoute } from './route/document.js';

export interface HttpOptions {
  readonly store: { readonly rounds: Pick<Store['rounds'], 'list'> };
  readonly metrics: Pick<Metrics, 'answer'>;
  /** The configuration in force. */
  readonly config: () => Config;
  /** What the daemon needs to do its work, and whether it has it now. */
  readonly readiness: () => readonly Readiness[];
  /** What people entered, and the months that stand on it; left out, there are no routes to it. */
  readonly ledger?: { readonly office: Office; readonly now: () => EpochMs };
  readonly log: HttpLog;
  readonly version: string;
  /** Holds every answer against its schema: for tests. */
  readonly checkAnswers?: boolean;
}

/** The server, complete but for a port: whoever builds it lets it listen, and closes it. */
export function buildHttp(options: HttpOptions): FastifyInstance {
  const { store, metrics, config, readiness, ledger, log, version, checkAnswers = false } = options;
  const server = fastify({
    // A keep-alive connection must not hold up the daemon's end.
    forceCloseConnections: true,
    requestTimeout: 30_000,
  });
  answerProblems(server, log);
  server.addHook('onSend', async (_request, reply) => {
    reply.header('cache-control', 'no-store').header('x-content-type-options', 'nosniff');
    return Promise.resolve();
  });
  server.addHook('onResponse', (request, reply, done) => {
    const { method, url } = request;
    log.debug({ method, url, status: reply.statusCode, ms: Math.round(reply.elapsedTime) }, 'request');
    done();
  });
  admit(server, {
    config,
    identify: (request, action) => Promise.resolve(openPrincipal(request, action, config())),
  });
  useZod(server, { checkAnswers });
  describeRoutes(server, version);
  // A plug-in of their own: only routes that come after the description are in it.
  server.register((routes, _options, done) => {
    documentRoute(routes);
    healthRoutes(routes, { readiness, version });
    metricsRoute(routes, metrics);
    inventoryRoutes(routes, config);
    roundRoutes(routes, store.rounds);
    if (ledger) {
      ledgerReads(routes, ledger.office, ledger.now);
      ledgerWrites(routes, ledger.office);
      attachmentWrite(routes, ledger.office);
      customerRoutes(routes, ledger.office.registry, ledger.now);
    }
    done();
  });
  return server;
}
