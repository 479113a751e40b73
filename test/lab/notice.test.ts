import { writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { openSqliteStore } from '../../src/store/sqlite/open.js';
import { writeConfig } from '../support/config-file.js';
import { startDaemon } from '../support/daemon.js';
import { freePort } from '../support/free-port.js';
import { requires } from '../support/requires.js';
import { tempDir } from '../support/temp-dir.js';
import { withLab } from './lab.js';
import { createWatchLab } from './watch-lab.js';

/** Prints a line for each webhook and for each time that the stream of the pages says that something changed. */
const listener = `
const http = require('node:http');
const [port, pages] = process.argv.slice(2);
http.createServer((request, response) => {
  let body = '';
  request.on('data', (part) => (body += part));
  request.on('end', () => {
    console.log(JSON.stringify({ at: Date.now(), what: 'webhook', event: JSON.parse(body).event }));
    response.writeHead(204).end();
  });
}).listen(Number(port), '127.0.0.1', () => console.log(JSON.stringify({ what: 'listening' })));
const page = async () => {
  const { down } = await (await fetch(pages + '/api/v1/network')).json();
  return down.map(({ port }) => port);
};
http.get(pages + '/mesh/changes', (response) => {
  response.on('data', async (part) => {
    if (!String(part).includes('data:')) return;
    const down = await page();
    console.log(JSON.stringify({ at: Date.now(), what: 'page', down }));
  });
});
`;

describe('a cut of a port, by real packets', () => {
  requires({ namespaces: true, commands: ['nft'], built: true });

  test('is told by a webhook, and an open page knows it', async () => {
    await withLab(async (lab) => {
      const net = createWatchLab(lab, 3);
      const folder = tempDir();
      const hook = await freePort();
      const config = writeConfig(folder, {
        agent: 'OBS',
        pops: [
          { id: 'OBS', ipv4: '10.9.0.1' },
          ...net.ports.map(({ id, address }) => ({ id, ipv4: address })),
        ],
        measurement: { every: '24h', packetInterval: '400ms' },
        driver: 'auto',
        notifications: { webhooks: { allow: ['127.0.0.0/8'] } },
      });
      const daemon = startDaemon({
        prefix: net.observer.prefix,
        args: ['run', '--config', config],
        cwd: folder,
      });
      lab.defer(async () => {
        await daemon.stop();
      });
      const started = await daemon.waitForLog('the log of its start', ({ http }) => typeof http === 'string');
      const store = await openSqliteStore({ path: join(folder, 'data', 'pop-sla.db') });
      await store.targets.add({
        id: 'hook',
        customer: null,
        kind: 'webhook',
        address: `http://127.0.0.1:${hook}/`,
        events: ['*'],
        secret: null,
        language: 'en',
        query: null,
        createdAt: 0,
        createdBy: 'ann',
      });
      await store.close();
      const script = join(folder, 'listener.cjs');
      writeFileSync(script, listener);
      const [command, ...before] = [...net.observer.prefix, process.execPath];
      const child = spawn(command, [...before, script, String(hook), String(started['http'])]);
      lab.defer(() => {
        child.kill('SIGKILL');
      });
      const heard: { at: number; what: string; event?: string; down?: string[] }[] = [];
      createInterface({ input: child.stdout }).on('line', (line) => {
        heard.push(JSON.parse(line) as (typeof heard)[number]);
      });
      await expect.poll(() => heard.length, { timeout: 30_000 }).toBeGreaterThan(0);
      await sleep(5_000);
      for (const { id } of net.ports) {
        heard.length = 0;
        const { before: cutAt } = net.down(id);
        const webhook = () => heard.find(({ event }) => event === 'outage.opened');
        const page = () => heard.find(({ down }) => down?.includes(id) === true);
        await expect
          .poll(() => webhook() !== undefined && page() !== undefined, { timeout: 15_000, interval: 50 })
          .toBe(true);
        // A figure, and no assertion: how long it takes depends on the machine too.
        const [hooked, paged] = [webhook()?.at ?? 0, page()?.at ?? 0].map((at) => at - cutAt);
        console.log(`notice of a cut of ${id}: webhook after ${hooked} ms, page after ${paged} ms`);
        net.up(id);
        await expect
          .poll(() => heard.some(({ event }) => event === 'outage.closed'), { timeout: 30_000 })
          .toBe(true);
        await sleep(2_000);
      }
    });
  }, 180_000);
});
