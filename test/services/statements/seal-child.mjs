// Seals a month's statements, and is killed at a step: node seal-child.mjs CONFIG MONTH STEP NTH
// (the n-th time that it comes to the step; a step that never comes ends it in order).
import { loadConfig } from '../../../dist/src/config/load.js';
import { createStatements } from '../../../dist/src/services/statements/statements.js';
import { keyFolder } from '../../../dist/src/seal/keys.js';
import { openSqliteStore } from '../../../dist/src/store/sqlite/open.js';
import { withSteps } from './steps.mjs';

const [file, month, step, nth] = process.argv.slice(2);
const loaded = await loadConfig(file);
if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
const { config } = loaded;
const store = await openSqliteStore({ path: config.store.path });
let times = 0;
const signer = () => keyFolder(config.keys.folder).signer();
const statements = createStatements({
  ...withSteps({ store, signer }, (name) => {
    if (name !== step || (times += 1) < Number(nth)) return;
    process.kill(process.pid, 'SIGKILL');
    for (;;);
  }),
  config: () => config,
  now: () => Date.parse('2026-11-02T00:00:00+08:00'),
  software: '0.0.0-test',
});
await statements.seal('ann', { month, services: null, acceptIncomplete: null });
await store.close();
