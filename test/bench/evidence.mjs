// What an evidence pack of one service costs to make and to verify: wall clock and CPU, the program's start left out.
//   npm run build && node test/bench/evidence.mjs [PoPs = 5]
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../dist/src/config/load.js';
import { makeEvidence, simulateHistory } from '../../dist/src/app.js';
import { verifyPack } from '../../dist/src/services/evidence/verify.js';

const pops = Number(process.argv[2] ?? 5);
const folder = mkdtempSync(join(tmpdir(), 'pop-sla-bench-'));
const configFile = join(folder, 'b.yaml');
const timed = async (work) => {
  const began = performance.now();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return `${((performance.now() - began) / 1000).toFixed(2)} s (${((user + system) / 1e6).toFixed(2)} s of CPU)`;
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
    const asked = {
      config,
      service: service.id,
      month: '2026-10',
      file: pack,
      now: Date.now(),
      software: 'bench',
    };
    const made = await timed(() => makeEvidence(asked));
    const bytes = readFileSync(pack);
    const verified = await timed(async () => {
      const { differences } = await verifyPack({ pack: bytes, key: null, software: 'bench' });
      if (differences.length > 0) throw new Error('the pack does not hold');
    });
    const paths = new Set(service.terms.flatMap((terms) => terms.paths)).size;
    const mib = (bytes.length / 2 ** 20).toFixed(1);
    console.log(`${service.id}, ${paths} paths: made in ${made}, verified in ${verified}, ${mib} MiB`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
