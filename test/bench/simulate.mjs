// How fast a history is simulated, and how large it is: wall clock, CPU and bytes for each choice of packets.
//   npm run build && node test/bench/simulate.mjs [PoPs = 5] [months = 1]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monthsBefore } from '../../dist/src/simulate/scenario/scenario.js';
import { simulateHistory } from '../../dist/src/app.js';

const pops = Number(process.argv[2] ?? 5);
const months = Number(process.argv[3] ?? 1);
const until = '2026-11-01';

for (const packets of ['none', 'last-month', 'all']) {
  const folder = mkdtempSync(join(tmpdir(), 'pop-sla-bench-'));
  try {
    const began = performance.now();
    const before = process.cpuUsage();
    let watched = null;
    const { rounds, bytes } = await simulateHistory({
      ...{ pops, seed: 7, services: 3 * pops, from: monthsBefore(until, months), until, packets },
      database: join(folder, 'b.db'),
      configFile: join(folder, 'b.yaml'),
      customersFile: join(folder, 'c.yaml'),
      ...{ command: 'bench', version: 'bench', signal: new AbortController().signal },
      onProgress: ({ doing }) => {
        if (doing === 'playing the rounds') watched ??= process.cpuUsage(before).user / 1e6;
      },
    });
    const { user, system } = process.cpuUsage(before);
    const cpu = (user + system) / 1e6;
    const seconds = (performance.now() - began) / 1000;
    console.log(
      `${pops} PoPs, ${months} months, packets ${packets}: ${rounds} rounds in ${seconds.toFixed(1)} s ` +
        `(${Math.round(rounds / seconds)}/s), ${cpu.toFixed(1)} s of CPU (${Math.round(rounds / cpu)} rounds a second of it, ` +
        `${watched?.toFixed(1)} s for the watch), ${(bytes / 2 ** 20).toFixed(0)} MiB (${Math.round(bytes / rounds)} bytes a round)`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
