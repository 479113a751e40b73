import type { FastifyInstance, RouteOptions } from 'fastify';
import { onTestFinished } from 'vitest';
import type { Config } from '../../../src/config/config.js';
import { createBilling } from '../../../src/engine/billing/billing.js';
import { createFaultOffice } from '../../../src/engine/fault/office.js';
import { emptyMesh } from '../../../src/core/quality/standing.js';
import { createOffice } from '../../../src/engine/ledger/office.js';
import { createReports } from '../../../src/engine/report/reports.js';
import { buildHttp, type HttpOptions } from '../../../src/http/http.js';
import { createPortal } from '../../../src/http/portal/portal.js';
import { createMetrics } from '../../../src/metrics/metrics.js';
import { work, type Answers, type Task } from '../../../src/app/jobs/tasks.js';
import { packConfig } from '../../../src/app/jobs/travel.js';
import type { Jobs } from '../../../src/http/contract/jobs.js';
import { renderReport } from '../../../src/render/report/formats.js';
import type { Store } from '../../../src/store/store.js';
import { keptLog, type LogLine } from '../../support/log.js';

export interface TestServer {
  readonly http: FastifyInstance;
  readonly log: readonly LogLine[];
}

/** Every route there is over one store, with each answer held against its schema. */
export function testServer(
  { store, config, now }: { readonly store: Store; readonly config: Config; readonly now: () => number },
  parts: Partial<HttpOptions> = {},
): TestServer {
  const { log, lines } = keptLog();
  const office = createOffice({ store, config: () => config, now });
  const faults = createFaultOffice({ store, ledger: office.desk, config: () => config, now });
  const http = buildHttp({
    ...{ store, config: () => config, version: '1.2.3', log, readiness: () => [], checkAnswers: true },
    metrics: createMetrics({ version: '1.2.3', node: 'v20', driver: 'simulated' }),
    mesh: { mesh: () => emptyMesh, now },
    standing: { services: () => null, now },
    agents: () => ({ revision: null, agents: [] }),
    ledger: { office, now },
    faults: { office: faults, now },
    reports: {
      reports: createReports({ store, config: () => config, now, software: '1.2.3' }),
      render: renderReport,
    },
    billing: createBilling({
      ...{ store, config: () => config, now, software: '1.2.3' },
      signer: () => Promise.reject(new Error('nothing is sealed here')),
    }),
    jobs: jobsHere({ config, now }),
    pages: createPortal({ config: () => config, version: '1.2.3' }),
    ...parts,
  });
  onTestFinished(() => http.close());
  return { http, log: lines };
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
        config: packConfig(config),
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
