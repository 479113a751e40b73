import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDriver } from '../../../probes/kinds.js';
import { loadConfig } from '../../../src/config/load.js';
import { configText, customersText, writeScenario } from '../../../src/simulate/scenario/scenario.js';
import { simulate } from '../../../src/simulate/simulate.js';
import { openSqliteStore } from '../../../src/store/sqlite/open.js';
import { keptLog } from '../../support/log.js';
import { tempDir } from '../../support/temp-dir.js';

/** A quarter of three PoPs, with few packets a round so that it is played in seconds. */
export async function playQuarter() {
  const folder = tempDir();
  const options = { pops: 3, seed: 20260801, services: 4, from: '2026-08-01', until: '2026-11-01' };
  const scenario = writeScenario(options);
  const { log } = keptLog();
  const text = configText({
    ...scenario, command: 'a test', database: join(folder, 'q.db'), customersFile: 'customers.yaml',
  });
  writeFileSync(join(folder, 'q.yaml'), `${text}measurement:\n  packets: 3\n`);
  writeFileSync(join(folder, 'customers.yaml'), customersText(scenario.customers, 'a test'));
  const loaded = await loadConfig(join(folder, 'q.yaml'), folder);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  const { config } = loaded;
  const store = await openSqliteStore({ path: config.store.path, bulk: true, packetsFrom: Infinity });
  await simulate({
    scenario, config, store, log, version: '0.0.0-test', signal: new AbortController().signal,
    openDriver: (towards, seed, clock) =>
      openDriver('simulated', { log, simulated: { seed, rules: [], towards }, clock }),
    onProgress: () => undefined,
  });
  return { config, store };
}
