// Closes a month, as a process of its own: node close-month.mjs CONFIG → one line of JSON.
import { loadConfig } from '../../../dist/src/config/load.js';
import { openStore } from '../../../dist/src/app/store.js';
import { createStatements } from '../../../dist/src/services/statements/statements.js';
import { figures } from './figures.mjs';

const loaded = await loadConfig(process.argv[2]);
if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
const start = performance.now();
const store = await openStore(loaded.config);
const statements = createStatements({
  ...{ store, config: () => loaded.config, software: 'bench' },
  now: () => Date.parse('2026-11-02T00:00:00+08:00'),
  signer: () => Promise.reject(new Error('nothing is sealed here')),
});
const { drafts } = await statements.close('2026-10');
const seconds = (performance.now() - start) / 1000;
await store.close();
console.log(JSON.stringify({ drafts, seconds, ...figures() }));
