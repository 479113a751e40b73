import { fastify, type FastifyInstance } from 'fastify';
import type { Config } from '../config/config.js';
import type { EpochMs } from '../core/types.js';
import type { Office } from '../engine/ledger/office.js';
import type { Metrics } from '../metrics/metrics.js';
import type { Store } from '../store/store.js';
import { healthRoutes, type Readiness } from './health.js';
import { inventoryRoutes } from './inventory.js';
import { ledgerReads } from './ledger/reads.js';
import { ledgerWrites } from './ledger/writes.js';
import { answerProblems, type HttpLog } from './problem.js';
import { roundRoutes } from './rounds.js';

export interface HttpOptions {
  readonly store: { readonly rounds: Pick<Store['rounds'], 'list'> };
  readonly metrics: Pick<Metrics, 'text' | 'contentType'>;
  /** The configuration in force. */
  readonly config: () => Config;
  /** What the daemon needs to do its work, and whether it has it now. */
  readonly readiness: () => readonly Readiness[];
  /** What people entered, and the months that stand on it; left out, there are no routes to it. */
  readonly ledger?: { readonly office: Office; readonly now: () => EpochMs };
  readonly log: HttpLog;
  readonly version: string;
}

/** The server, complete but for a port: whoever builds it lets it listen, and closes it. */
export function buildHttp(options: HttpOptions): FastifyInstance {
  const { store, metrics, config, readiness, ledger, log, version } = options;
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
  healthRoutes(server, { readiness, version });
  server.get('/metrics', async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.text()),
  );
  inventoryRoutes(server, config);
  roundRoutes(server, store.rounds);
  if (ledger) {
    ledgerReads(server, ledger.office, ledger.now);
    ledgerWrites(server, ledger.office, config);
  }
  return server;
}
