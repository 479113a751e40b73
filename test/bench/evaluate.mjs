// What a month costs that is evaluated from the store: every path of a mesh, 3 sizes a round, with generated services,
// outages and exclusions. Each evaluation has a fresh process, so that the filling doesn't count; its time and memory
// (Linux only) are those of the whole process. At the full number of rows, and at half of it. Figures are printed;
// only the number of rounds held is checked. The full size takes a gigabyte of disk and some minutes to fill.
//   npm run build && node test/bench/evaluate.mjs [PoPs = 50] [services = 500]
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateCase, popNames } from './evaluate/generate-case.mjs';
import { fillMonth, heldIn } from './evaluate/fill-month.mjs';

const pops = Number(process.argv[2] ?? 50);
const services = Number(process.argv[3] ?? 500);
const folder = mkdtempSync(join(tmpdir(), 'pop-sla-bench-'));
const child = fileURLToPath(new URL('./evaluate/evaluate-month.mjs', import.meta.url));

const meshOf = (names) => names.flatMap((a) => names.flatMap((b) => (a === b ? [] : [`${a}>${b}`])));

try {
  const whole = meshOf(popNames(pops));
  for (const paths of [whole.slice(0, Math.ceil(whole.length / 2)), whole]) {
    const file = join(folder, `${paths.length}.db`);
    const start = performance.now();
    const rows = await fillMonth(file, paths);
    const mib = (statSync(file).size / 2 ** 20).toFixed(0);
    const seconds = ((performance.now() - start) / 1000).toFixed(0);
    console.log(`${paths.length} paths, ${rows} size rows, ${mib} MiB, filled in ${seconds} s`);
    for (const plan of ['ctg-cloud-connection', 'example-ip-transit']) {
      const caseFile = join(folder, 'case.json');
      writeFileSync(caseFile, JSON.stringify(generateCase({ plan, pops, services, paths })));
      const report = JSON.parse(
        execFileSync(process.execPath, [child, file, caseFile], { encoding: 'utf8' }),
      );
      const roundsHeld = heldIn(file, report.month);
      if (report.roundsHeld !== roundsHeld) throw new Error(`held ${report.roundsHeld}, not ${roundsHeld}`);
      console.log(
        `  ${plan}, ${report.services} services, ${report.credits} credits: ${report.seconds.toFixed(2)} s, ` +
          `${report.cpuSeconds.toFixed(2)} s of CPU (${((report.cpuSeconds * 1e6) / rows).toFixed(2)} µs a row), ` +
          `of it ${report.sumsCpuSeconds.toFixed(2)} s for the sums; peak RSS ${report.peakMib.toFixed(0)} MiB`,
      );
    }
    rmSync(file);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
