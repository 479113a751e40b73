// What a month's statements cost: every path of a mesh, 3 sizes a round, services with outages and exclusions, drawn up
// from the store one by one in a process of their own. Figures are printed; only the numbers of statements and of rounds
// are checked. The full size takes a gigabyte of disk and a minute to fill.
//   npm run build && node test/bench/statements.mjs [PoPs = 50] [services = 500] [database to keep]
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { popNames } from './evaluate/generate-case.mjs';
import { fillMonth } from './evaluate/fill-month.mjs';
import { enterMonth, writeConfig } from './statements/fill-book.mjs';

const pops = Number(process.argv[2] ?? 50);
const services = Number(process.argv[3] ?? 500);
const folder = process.argv[4] ?? mkdtempSync(join(tmpdir(), 'pop-sla-bench-'));
const child = fileURLToPath(new URL('./statements/draw-month.mjs', import.meta.url));
const database = join(folder, 'pop-sla.db');

try {
  const names = popNames(pops);
  const paths = names.flatMap((a) => names.flatMap((b) => (a === b ? [] : [`${a}>${b}`])));
  const config = writeConfig({ folder, database, names, services, paths });
  if (!existsSync(database)) {
    const start = performance.now();
    const rows = await fillMonth(database, paths);
    await enterMonth({ database, names });
    const seconds = ((performance.now() - start) / 1000).toFixed(0);
    console.log(`${paths.length} paths, ${rows} size rows, filled in ${seconds} s`);
  }
  const report = JSON.parse(execFileSync(process.execPath, [child, config], { encoding: 'utf8' }));
  if (report.statements !== services) throw new Error(`${report.statements} statements, not ${services}`);
  console.log(
    `${report.statements} statements, ${report.mib.toFixed(1)} MiB of JSON, ${report.credits} with a credit: ` +
      `${report.seconds.toFixed(2)} s, ${report.cpuSeconds.toFixed(2)} s of CPU, of it ` +
      `${report.readSeconds.toFixed(2)} s to read and judge; peak RSS ${report.peakMib.toFixed(0)} MiB`,
  );
} finally {
  if (!process.argv[4]) rmSync(folder, { recursive: true, force: true });
}
