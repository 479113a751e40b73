// Draws up a month's statements, as a process of its own: node draw-month.mjs CONFIG → one line of JSON.
import { readFileSync } from 'node:fs';
import { loadConfig } from '../../../dist/src/config/load.js';
import { drawMonth } from '../../../dist/src/services/statements/draw.js';
import { canonicalJson, sha256 } from '../../../dist/src/seal/canonical.js';
import { openSqliteStore } from '../../../dist/src/store/sqlite/open.js';

const peakMib = () => Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]) / 1024;
const cpuSeconds = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};
const loaded = await loadConfig(process.argv[2]);
if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
const store = await openSqliteStore({ path: loaded.config.store.path, readOnly: true });
const now = Date.parse('2026-11-02T00:00:00+08:00');
const drawn = await drawMonth({ store, config: loaded.config, now, software: 'bench' }, '2026-10');
const readSeconds = cpuSeconds();
let [bytes, credits, statements] = [0, 0, 0];
for (const service of drawn.services) {
  const document = drawn.draft(service);
  const text = canonicalJson(document);
  sha256(text);
  bytes += text.length;
  statements += 1;
  if (Number(document.total.credit) > 0) credits += 1;
}
await store.close();
console.log(
  JSON.stringify({
    ...{ statements, credits, readSeconds },
    mib: bytes / 2 ** 20,
    seconds: performance.now() / 1000,
    cpuSeconds: cpuSeconds(),
    peakMib: peakMib(),
  }),
);
