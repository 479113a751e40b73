import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'vitest';
import { withLab } from '../../lab/lab.js';
import { createWatchLab } from '../../lab/watch-lab.js';
import { startWatching } from '../../lab/watching.js';
import { tempDir } from '../../support/temp-dir.js';

const seconds = Number(process.env['BENCH_SECONDS'] ?? 60);
const ports = Number(process.env['BENCH_PORTS'] ?? 200);
const kinds = (process.env['BENCH_KINDS'] ?? 'kernel,net-ping').split(',');

/** User and system time of a process, of its threads and of its children that live, in clock ticks of 10 ms. */
function ticksOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number),
  );
  const own = Number(fields[11]) + Number(fields[12]);
  return own + children.reduce((sum, child) => sum + ticksOf(child), 0);
}

test('what a watch costs', { timeout: 3_600_000 }, async () => {
  console.log(`${ports} ports, ${seconds} s; per cent of one core in all processes`);
  for (const kind of kinds)
    await withLab(async (lab) => {
      const net = createWatchLab(lab, ports);
      const daemon = await startWatching(net, tempDir(), kind);
      lab.defer(async () => {
        await daemon.stop();
      });
      // The first round, and a just-in-time compiler's first minute, are not the watch's.
      await sleep(15_000);
      const measure = async (): Promise<number> => {
        const before = ticksOf(daemon.pid);
        await sleep(seconds * 1_000);
        return (ticksOf(daemon.pid) - before) / seconds;
      };
      const up = await measure();
      net.down(...net.ports.slice(1).map(({ id }) => id));
      await sleep(10_000);
      const down = await measure();
      console.log(`| ${kind} | all up ${up.toFixed(1)} % | all but one down ${down.toFixed(1)} % |`);
    });
});
