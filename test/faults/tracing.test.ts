import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { openSqliteStore } from '../../src/store/sqlite/open.js';
import { withLab } from '../lab/lab.js';
import { createNetwork } from '../lab/network.js';
import { writeConfig } from '../support/config-file.js';
import { startDaemon } from '../support/daemon.js';
import { popSla } from '../support/pop-sla.js';
import { requires } from '../support/requires.js';
import { tempDir } from '../support/temp-dir.js';

interface Traced {
  readonly outages: readonly {
    readonly traces: Record<
      'then' | 'before',
      {
        readonly reason: string;
        readonly runs: readonly {
          readonly method: string;
          readonly reached: boolean;
          readonly endedAt: { readonly ttl: number; readonly from: string; readonly network: string | null };
        }[];
      } | null
    > | null;
  }[];
}

/** A real daemon, real routers: how the path was when it broke, and how it was before. */
describe('a daemon that traces', () => {
  requires({ namespaces: true, commands: ['nft'], built: true });

  test(
    'trace-of-outage: is made when an outage opens, beside one made in quiet, and shows where it ended',
    {
      timeout: 120_000,
    },
    async () => {
      await withLab(async (lab) => {
        const net = createNetwork(lab, { hops: 3, targets: 2 });
        net.unlimitErrors();
        const folder = tempDir();
        const config = writeConfig(folder, {
          agent: 'OBS',
          pops: [
            { id: 'OBS', ipv4: net.observerAddress },
            ...net.targets.map((ipv4, index) => ({ id: `P${index + 1}`, ipv4 })),
          ],
          measurement: { every: '24h' },
          driver: 'kernel',
          trace: { quietAfter: '2s' },
          networks: { '10.8.0.0/16': 'Backbone', '10.8.1.0/24': 'Carrier B' },
        });
        const daemon = startDaemon({
          prefix: net.observer.prefix,
          args: ['run', '--config', config],
          cwd: folder,
        });
        const traced = (port: string, reason: string) =>
          daemon.waitForLog(
            `a trace of ${port} in ${reason}`,
            (line) => line['reason'] === reason && line['port'] === port && line['ends'] !== undefined,
            { timeoutMs: 60_000 },
          );
        await traced('P1', 'quiet');
        net.routers[1]?.must(
          ['nft', '-f', '-'],
          `table ip broken {
           chain f {
             type filter hook forward priority 0;
             ip daddr ${net.targets[0] ?? ''} drop
           }
         }`,
        );
        await traced('P1', 'outage');
        await sleep(500);
        expect(await daemon.stop()).toMatchObject({ code: 0 });

        const done = await popSla(['outages', '--config', config, '--json', '--port', 'P1']);
        const { outages } = JSON.parse(done.stdout) as Traced;
        const traces = outages[0]?.traces;
        expect(traces?.before?.reason).toBe('quiet');
        expect(traces?.before?.runs.map(({ reached }) => reached)).toEqual([true, true]);
        expect(traces?.then?.runs).toMatchObject(
          ['icmp', 'udp'].map((method) => ({
            method,
            reached: false,
            endedAt: { ttl: 2, from: net.routerAddresses[1], network: 'Carrier B' },
          })),
        );
        const shown = await popSla(['outages', '--config', config, '--port', 'P1']);
        expect(shown.stdout).toMatch(/ICMP +BEFORE .*THEN /);
        expect(shown.stdout).toMatch(/ended at hop 2/);
        const store = await openSqliteStore({ path: join(folder, 'data', 'pop-sla.db'), readOnly: true });
        try {
          const own = await store.watch.traces({ port: 'P1', reason: 'outage' });
          expect(own, 'an outage is traced once').toHaveLength(1);
        } finally {
          await store.close();
        }
      });
    },
  );
});
