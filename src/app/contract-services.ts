import type { Config } from '../config/config.js';
import type { EpochMs } from '../core/types.js';
import type { HttpOptions } from '../http/http.js';
import { keyFolder } from '../seal/keys.js';
import { createAuthenticator } from '../services/access/authenticator.js';
import { createRegistry } from '../services/access/registry.js';
import { type Billing, createBilling } from '../services/credits/billing.js';
import { createLedgerBacklog } from '../services/ledger/backlog.js';
import { createReports } from '../services/reports.js';
import { createTicketBacklog } from '../services/tickets/service.js';
import type { Store } from '../store/store.js';
import type { Stopping } from './stopping.js';
import { createJobs } from './workers/jobs.js';
import { lastBackup } from './backup.js';
import { judgeInThread } from './workers/month.js';
import { createWorkerPool } from './workers/pool.js';
import { reportsIn } from './workers/report.js';

interface ContractServicesOptions {
  readonly store: Store;
  /** Returns the configuration in force. */
  readonly config: () => Config;
  readonly now: () => EpochMs;
  /** The version of this program. */
  readonly version: string;
  /** Called after the customer registry was changed, to apply it to the configuration in force. */
  readonly onRegistryChanged: () => Promise<void>;
  /** Of the OpenID Connect provider; null: there is none. */
  readonly clientSecret: string | null;
  /** Receives what has to be closed when the daemon ends. */
  readonly stopping: Pick<Stopping, 'add'>;
}

/** What the API and the pages offer beside measurements, and the statements that closing a month draws up. */
export interface ContractServices {
  readonly http: Required<
    Pick<HttpOptions, 'ledger' | 'faults' | 'access' | 'reports' | 'billing' | 'jobs'>
  > &
    Pick<HttpOptions, 'lastBackup'>;
  readonly statements: Billing['statements'];
}

/**
 * Statements, credits, tickets, reports and sign-in. A daemon that only measures never loads this module.
 */
export async function openContractServices(options: ContractServicesOptions): Promise<ContractServices> {
  const { store, config, now, version, onRegistryChanged, clientSecret, stopping } = options;
  const pool = createWorkerPool();
  stopping.add('workers', () => pool.close());
  const judging = judgeInThread({ pool, store, config, now, software: version });
  const office = createLedgerBacklog({ store, config, now, judging, bookChanged: onRegistryChanged });
  const signer = () => keyFolder(config().keys.folder).signer();
  const billing = createBilling({ store, config, now, software: version, judging, signer });
  const jobs = createJobs({ pool, config, now, software: version });
  return {
    http: {
      ledger: { office, now },
      faults: { office: createTicketBacklog({ store, ledger: office.desk, config, now }), now },
      access: await openAccess({ store, config, now, clientSecret }),
      reports: {
        reports: createReports({ store, config, now, software: version, judging }),
        render: reportsIn(pool),
      },
      billing,
      jobs,
      lastBackup: config().store.postgres === null ? () => lastBackup(config().store.path) : undefined,
    },
    statements: billing.statements,
  };
}

interface AccessOptions {
  readonly store: Pick<Store, 'access'>;
  readonly config: () => Config;
  readonly now: () => EpochMs;
  /** Of the OpenID Connect provider; null: there is none. */
  readonly clientSecret: string | null;
}

/** Sign-in as the web server needs it. */
async function openAccess({
  store,
  config,
  now,
  clientSecret,
}: AccessOptions): Promise<NonNullable<HttpOptions['access']>> {
  const { auth, publicUrl } = config().http;
  const { sessionMs, idleMs, secondFactor, oidc } = auth;
  const door = createAuthenticator({ store: store.access, now, sessionMs, idleMs, secondFactor });
  const customers = () => config().book.customers.map(({ id }) => id);
  return {
    door,
    store: store.access,
    now,
    registry: createRegistry({ store: store.access, now, customers }),
    // Loaded only where there is a provider.
    oidc:
      oidc === null || publicUrl === null
        ? undefined
        : (await import('../services/access/oidc.js')).createOidc({
            config: oidc,
            door,
            customers,
            now,
            redirectUri: `${publicUrl}/auth/oidc/callback`,
            clientSecret,
          }),
  };
}
