import { join } from 'node:path';
import type { Config } from '../../../src/config/config.js';
import { createLedgerService } from '../../../src/services/ledger/service.js';
import { createStatements, type Statements } from '../../../src/services/statements/statements.js';
import { keyFolder, type KeyFolder } from '../../../src/seal/keys.js';
import { dayMs, hourMs, october } from '../../support/ledger.js';
import { tempDir } from '../../support/temp-dir.js';
import { twoTenants } from '../../support/tenants.js';
import { entrance, type Entrance } from './entry.js';

export interface SealedOctober {
  readonly server: Entrance;
  readonly statements: Statements;
  readonly keys: KeyFolder;
  /** An outage of `alpha`'s port that nobody measured; what was sealed before does not have it. */
  readonly outageAfterwards: () => Promise<void>;
}

export const month = '2026-10';
export const all = { month, services: null, acceptIncomplete: 'for the test' };

/** October of both tenants, sealed with a key of its own. */
export async function sealedOctober(): Promise<SealedOctober> {
  const tenants = await twoTenants();
  const { store, now } = tenants;
  const config: Config = { ...tenants.config, keys: { folder: join(tempDir(), 'keys') } };
  const keys = keyFolder(config.keys.folder);
  await keys.make();
  const statements = createStatements({
    store,
    config: () => config,
    now,
    software: '1.2.3',
    signer: () => keys.signer(),
  });
  await statements.seal('fin', all);
  const ledgerService = createLedgerService({ store, config: () => config, now });
  return {
    statements,
    keys,
    server: entrance({ ...tenants, config }),
    outageAfterwards: async () => {
      const from = october + 15 * dayMs;
      await ledgerService.correct('nora', {
        of: null,
        port: 'SIN',
        interval: { from, to: from + 2 * hourMs },
        reason: 'the line was dark',
        evidence: null,
        attachments: [],
      });
    },
  };
}
