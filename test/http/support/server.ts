import type { FastifyInstance, RouteOptions } from 'fastify';
import { onTestFinished } from 'vitest';
import type { Config } from '../../../src/config/config.js';
import { createBilling } from '../../../src/services/credits/billing.js';
import { createTicketBacklog } from '../../../src/services/tickets/service.js';
import { emptyMesh } from '../../../src/core/standing.js';
import { createLedgerBacklog } from '../../../src/services/ledger/backlog.js';
import { createAuthenticator } from '../../../src/services/access/authenticator.js';
import { createRegistry } from '../../../src/services/access/registry.js';
import { createReports } from '../../../src/services/reports.js';
import { buildHttp, type HttpOptions } from '../../../src/http/http.js';
import { createPortal } from '../../../src/portal/portal.js';
import { createMetrics } from '../../../src/metrics/metrics.js';
import { type Answers, toTransferable, type Task, work } from '../../../src/app/workers/job-tasks.js';
import type { Jobs } from '../../../src/http/contract/evaluate.js';
import { renderReport } from '../../../src/render/report/formats.js';
import type { Store } from '../../../src/store/store.js';
import { keptLog, type LogLine } from '../../support/log.js';

export interface TestServer {
  readonly http: FastifyInstance;
  readonly log: readonly LogLine[];
}

interface TestServerOptions {
  readonly store: Store;
  readonly config: Config;
  readonly now: () => number;
}

/** Every route there is over one store, with each answer held against its schema. */
export function testServer(options: TestServerOptions, parts: Partial<HttpOptions> = {}): TestServer {
  const { log, lines } = keptLog();
  const http = buildHttp({ ...httpOptions(options, log), ...parts });
  onTestFinished(() => http.close());
  return { http, log: lines };
}

export function httpOptions({ store, config, now }: TestServerOptions, log: HttpOptions['log']): HttpOptions {
  const ledgerBacklog = createLedgerBacklog({ store, config: () => config, now });
  const faults = createTicketBacklog({
    store,
    ledger: ledgerBacklog.ledgerService,
    config: () => config,
    now,
  });
  return {
    store,
    config: () => config,
    version: '1.2.3',
    log,
    readiness: () => [],
    checkAnswers: true,
    metrics: createMetrics({ version: '1.2.3', node: 'v20', driver: 'simulated' }),
    mesh: { mesh: () => emptyMesh, now },
    standing: { services: () => null, now },
    network: { watch: store.watch, defaultPlan: () => null, changes: { subscribe: () => null } },
    agents: () => ({ revision: null, agents: [] }),
    ledger: { ledgerBacklog, now },
    access: accessTo(store, config, now),
    faults: { ticketBacklog: faults, now },
    reports: {
      reports: createReports({ store, config: () => config, now, software: '1.2.3' }),
      render: renderReport,
    },
    billing: createBilling({
      store,
      config: () => config,
      now,
      software: '1.2.3',
      signer: () => Promise.reject(new Error('nothing is sealed here')),
    }),
    jobs: jobsHere({ config, now }),
    pages: createPortal({ config: () => config, version: '1.2.3' }),
  };
}

/** Who may come in, as a daemon decides it; what is tested is not how long a password takes. */
export function accessTo(store: Store, { book, http }: Config, now: () => number) {
  const cost = { N: 2 ** 10, r: 8, p: 1 };
  const { sessionMs, idleMs } = http.auth;
  return {
    authenticator: createAuthenticator({ store: store.access, now, sessionMs, idleMs, cost }),
    registry: createRegistry({
      store: store.access,
      now,
      customers: () => book.customers.map(({ id }) => id),
      cost,
    }),
    store: store.access,
    now,
  };
}

/** The work that a daemon does in threads of its own. */
function jobsHere({ config, now }: { readonly config: Config; readonly now: () => number }): Jobs {
  const here = <K extends Task['kind']>(task: Extract<Task, { kind: K }>) =>
    work(task) as Promise<Answers[K]>;
  const software = '1.2.3';
  return {
    evaluate: (task) => here<'evaluate'>({ kind: 'evaluate', ...task }),
    evidence: async (task) => {
      const answer = await here<'evidence'>({
        kind: 'evidence',
        ...task,
        config: toTransferable(config),
        now: now(),
        software,
      });
      if ('unavailable' in answer) throw new Error(answer.unavailable);
      return answer;
    },
    verify: (task) => here<'verify'>({ kind: 'verify', ...task, software }),
  };
}

/** What was declared, without what fastify adds to answer HEAD. */
export interface DeclaredRoute {
  readonly method: string;
  readonly url: string;
  readonly access: string;
  /** A page of the portal: it is no part of the API. */
  readonly page: boolean;
}

/** Notes every route of a server that is not ready yet. */
export function declaredRoutes(http: FastifyInstance): readonly DeclaredRoute[] {
  const found: DeclaredRoute[] = [];
  http.addHook('onRoute', ({ method, url, config }: RouteOptions) => {
    for (const one of [method].flat()) {
      if (one !== 'HEAD')
        found.push({ method: one, url, access: config?.access ?? 'none', page: config?.page === true });
    }
  });
  return found;
}
