// What an evidence pack of one service costs to make and to verify: each in a process of its own, as people run it.
//   npm run build && node test/bench/evidence.mjs [PoPs = 5]
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadConfig } from '../../dist/src/config/load.js';
import { simulateHistory } from '../../dist/src/app.js';

const pops = Number(process.argv[2] ?? 5);
const main = fileURLToPath(new URL('../../dist/src/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'pop-sla-bench-'));
const configFile = join(folder, 'b.yaml');
const run = (...args) => {
  const began = performance.now();
  execFileSync(process.execPath, [main, ...args], { stdio: ['ignore', 'ignore', 'ignore'] });
  return ((performance.now() - began) / 1000).toFixed(2);
};

try {
  await simulateHistory({
    ...{ pops, seed: 7, services: 3 * pops, from: '2026-10-01', until: '2026-11-01', packets: 'all' },
    ...{ database: join(folder, 'b.db'), configFile, customersFile: join(folder, 'c.yaml') },
    ...{
      command: 'bench',
      version: 'bench',
      signal: new AbortController().signal,
      onProgress: () => undefined,
    },
  });
  const { config } = await loadConfig(configFile, folder);
  for (const service of config.book.services.slice(0, 3)) {
    const pack = join(folder, `${service.id}.zip`);
    const made = run('evidence', '--service', service.id, '--month', '2026-10', '-o', pack, '-c', configFile);
    const verified = run('verify', pack);
    const paths = new Set(service.terms.flatMap((terms) => terms.paths)).size;
    const mib = (statSync(pack).size / 2 ** 20).toFixed(1);
    console.log(`${service.id}, ${paths} paths: made in ${made} s, verified in ${verified} s, ${mib} MiB`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
