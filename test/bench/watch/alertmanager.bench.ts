import { readFileSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { withLab } from '../../lab/lab.js';
import { createWatchLab } from '../../lab/watch-lab.js';
import { promFolder } from '../../dashboards/files.js';
import { writeConfig } from '../../support/config-file.js';
import { startDaemon } from '../../support/daemon.js';
import { tempDir } from '../../support/temp-dir.js';

const cuts = Number(process.env['BENCH_CUTS'] ?? 12);

/** Prints a line for each alert of each notification. */
const listener = `
require('node:http').createServer((request, response) => {
  let body = '';
  request.on('data', (part) => (body += part));
  request.on('end', () => {
    const at = Date.now();
    for (const { status, labels } of JSON.parse(body).alerts)
      console.log(JSON.stringify({ at, status, alert: labels.alertname, pop: labels.pop }));
    response.writeHead(204).end();
  });
}).listen(9999, '127.0.0.1', () => console.log('{}'));
`;

/**
 * How long it takes from a cut of a port to the notification of an Alertmanager: Prometheus by the shipped file with the
 * shipped rules, unchanged, and Alertmanager by the shipped file with a webhook in its receivers, all three at their
 * usual ports in a network namespace.
 */
test('from a cut of a port to the notification of Alertmanager', { timeout: 3_600_000 }, async () => {
  await withLab(async (lab) => {
    const net = createWatchLab(lab, cuts);
    const folder = tempDir();
    const config = writeConfig(folder, {
      agent: 'OBS',
      pops: [{ id: 'OBS', ipv4: '10.9.0.1' }, ...net.ports.map(({ id, address }) => ({ id, ipv4: address }))],
      measurement: { every: '24h', packetInterval: '400ms' },
      driver: 'auto',
      http: { listen: '127.0.0.1:9720' },
    });
    const daemon = startDaemon({
      prefix: net.observer.prefix,
      args: ['run', '--config', config],
      cwd: folder,
    });
    lab.defer(async () => {
      await daemon.stop();
    });
    await daemon.waitForLog('the log of its start', ({ http }) => typeof http === 'string');

    const shipped = parse(readFileSync(join(promFolder, 'alertmanager.yaml'), 'utf8')) as {
      receivers: { name: string; webhook_configs?: object[] }[];
    };
    for (const receiver of shipped.receivers) receiver.webhook_configs = [{ url: 'http://127.0.0.1:9999/' }];
    writeFileSync(join(folder, 'alertmanager.json'), JSON.stringify(shipped));
    writeFileSync(join(folder, 'listener.cjs'), listener);
    const start = (argv: readonly string[]) => {
      const [command, ...args] = [...net.observer.prefix, ...argv];
      if (command === undefined) throw new Error('no program given');
      const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'ignore'] });
      lab.defer(() => {
        child.kill('SIGKILL');
      });
      return child;
    };
    const heard: { at: number; status?: string; alert?: string; pop?: string }[] = [];
    const hook = start([process.execPath, join(folder, 'listener.cjs')]);
    createInterface({ input: hook.stdout }).on('line', (line) => {
      heard.push(JSON.parse(line) as (typeof heard)[number]);
    });
    await expect.poll(() => heard.length, { timeout: 30_000 }).toBe(1);
    const alertmanager = start([
      'prometheus-alertmanager',
      `--config.file=${join(folder, 'alertmanager.json')}`,
      `--storage.path=${join(folder, 'alertmanager')}`,
      '--web.listen-address=127.0.0.1:9093',
      '--cluster.listen-address=',
    ]);
    alertmanager.stdout.resume();
    const prometheus = start([
      'prometheus',
      `--config.file=${join(promFolder, 'prometheus.yaml')}`,
      `--storage.tsdb.path=${join(folder, 'prometheus')}`,
      '--web.listen-address=127.0.0.1:9090',
    ]);
    prometheus.stdout.resume();
    const seen = async (): Promise<number> => {
      const query = encodeURIComponent('count(pop_sla_port_up == 1)');
      const { body } = await net.observer.get(`http://127.0.0.1:9090/api/v1/query?query=${query}`);
      const { data } = JSON.parse(body) as { data: { result: { value: [number, string] }[] } };
      return Number(data.result[0]?.value[1] ?? 0);
    };
    await expect.poll(() => seen().catch(() => 0), { timeout: 120_000, interval: 2_000 }).toBe(cuts);

    const took: number[] = [];
    for (const { id } of net.ports) {
      // At any phase of the scrapes and of the evaluations.
      await sleep(15_000 + Math.random() * 15_000);
      const { before } = net.down(id);
      const notice = () =>
        heard.find(
          ({ at, status, alert, pop }) =>
            at >= before && status === 'firing' && alert === 'PopSlaPortDown' && pop === id,
        );
      await expect.poll(() => notice() !== undefined, { timeout: 120_000, interval: 100 }).toBe(true);
      took.push((notice()?.at ?? NaN) - before);
      console.log(`cut of ${id}: Alertmanager's notification after ${took.at(-1)} ms`);
      net.up(id);
    }
    const sorted = took.sort((a, b) => a - b).map((ms) => (ms / 1000).toFixed(1));
    console.log(
      `${took.length} cuts: ${sorted[0]} to ${sorted.at(-1)} s, median ${sorted[Math.floor(sorted.length / 2)]} s`,
    );
  });
});
