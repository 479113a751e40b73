// What a report takes, from the request to its bytes. Figures are printed; nothing is judged here.
//   npm run build && node test/bench/report.mjs [a configuration that `pop-sla simulate` made] [month = 2026-10]
// Without one, a month of 6 PoPs and 24 services is simulated first.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createWorkerPool } from '../../dist/src/app/workers/pool.js';
import { reportsIn } from '../../dist/src/app/contract-services.js';
import { loadConfig } from '../../dist/src/config/load.js';
import { createReports } from '../../dist/src/services/reports.js';
import { createStatements } from '../../dist/src/services/statements/statements.js';
import { renderReport } from '../../dist/src/render/report/formats.js';
import { makePair, signerOf } from '../../dist/src/seal/keys.js';
import { openSqliteStore } from '../../dist/src/store/sqlite/open.js';

const folder = mkdtempSync(join(tmpdir(), 'pop-sla-bench-'));
const main = fileURLToPath(new URL('../../dist/src/main.js', import.meta.url));
const month = process.argv[3] ?? '2026-10';

function simulated() {
  const db = join(folder, 'bench.db');
  const args = [
    '--pops',
    '6',
    '--months',
    '1',
    '--services',
    '24',
    '--until',
    '2026-11-01',
    '--packets',
    'none',
  ];
  execFileSync(process.execPath, [main, 'simulate', ...args, '--db', db], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return join(folder, 'bench.yaml');
}

/** Statements are sealed in a copy: what was given stays as it is. */
async function opened(file) {
  const loaded = await loadConfig(file);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  const { config } = loaded;
  const path = join(folder, 'copy.db');
  cpSync(config.store.path, path);
  return { config, store: await openSqliteStore({ path }) };
}

const rows = [];
async function measure(what, work, times = 7) {
  const taken = [];
  for (let time = 0; time < times; time += 1) {
    const [start, cpu] = [performance.now(), process.cpuUsage()];
    const bytes = await work();
    const { user, system } = process.cpuUsage(cpu);
    taken.push({ ms: performance.now() - start, cpuMs: (user + system) / 1000, bytes });
  }
  const [first] = taken;
  const median = [...taken].sort((a, b) => a.ms - b.ms)[Math.floor(times / 2)];
  const round = Math.round;
  rows.push({
    what,
    'first ms': round(first.ms),
    'median ms': round(median.ms),
    'its CPU ms': round(median.cpuMs),
    bytes: median.bytes,
  });
}

try {
  const { config, store } = await opened(process.argv[2] ?? simulated());
  const now = () => Date.UTC(2026, 10, 20);
  const common = { store, config: () => config, now, software: 'bench' };
  const reports = createReports(common);
  const statements = createStatements({ ...common, signer: async () => signerOf(makePair().privatePem) });
  const all = { month, revision: null, toDate: false, selection: { by: 'all', id: null } };
  const { services } = await reports
    .report(all)
    .then((report) => ({ services: report.statements.map(({ document }) => document.service) }));
  const one = { ...all, selection: { by: 'service', id: services[0] } };
  const make =
    (request, format, language, render = renderReport) =>
    async () =>
      (await render(await reports.report(request), format, language)).byteLength;
  await measure('one service, drawn up anew, JSON', make(one, 'json', 'en'), 3);
  await statements.seal('bench', { month, services: null, acceptIncomplete: 'a bench' });
  await measure('one service, sealed, JSON', make(one, 'json', 'en'));
  await measure('one service, sealed, CSV', make(one, 'csv', 'en'));
  await measure('one service, sealed, XLSX', make(one, 'xlsx', 'en'));
  await measure('one service, sealed, HTML', make(one, 'html', 'zh-TW'));
  await measure('one service, sealed, PDF, en', make(one, 'pdf', 'en'));
  await measure('one service, sealed, PDF, zh-TW', make(one, 'pdf', 'zh-TW'));
  const pool = createWorkerPool();
  await measure('one service, sealed, PDF, zh-TW, in a thread', make(one, 'pdf', 'zh-TW', reportsIn(pool)));
  await pool.close();
  await measure(`all ${services.length} services, sealed, JSON`, make(all, 'json', 'en'), 3);
  await measure(`all ${services.length} services, sealed, XLSX`, make(all, 'xlsx', 'en'), 3);
  await measure(`all ${services.length} services, sealed, PDF, zh-CN`, make(all, 'pdf', 'zh-CN'), 3);
  console.table(rows);
  console.log(`at most ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB resident`);
  await store.close();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
