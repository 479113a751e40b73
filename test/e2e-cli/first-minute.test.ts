import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { withLab } from '../lab/lab.js';
import { startDaemon } from '../support/daemon.js';
import { popSla } from '../support/pop-sla.js';
import { requires } from '../support/requires.js';
import { root } from '../support/source-files.js';
import { tempDir } from '../support/temp-dir.js';

/** What a newcomer sees: the shipped configuration, nothing set up, real packets to loopback addresses. */
describe('the first minute', () => {
  requires({ namespaces: true, built: true });

  test(
    'shows a round of every path: in the log, in /metrics, over HTTP, and in `pop-sla rounds`',
    { timeout: 90_000 },
    async () => {
      await withLab(async (lab) => {
        const [namespace, cwd] = [lab.namespace('newcomer'), tempDir()];
        const { prefix } = namespace;
        // The shipped configuration beside a folder for data of its own: other tests leave theirs in the checkout.
        cpSync(join(root, 'config'), join(cwd, 'config'), { recursive: true });
        const env = { POP_SLA_CONFIG: '' };
        const daemon = startDaemon({ args: ['run'], prefix, env, cwd });
        onTestFinished(async () => {
          await daemon.stop();
        });
        const get = (path: string) => namespace.get(`http://127.0.0.1:9720${path}`);
        const table = /HKG>SIN .*unscheduled +64 +100 +100 +0\.00%/;
        await daemon.waitForLog('the table in the log', ({ msg }) => table.test(msg), { timeoutMs: 60_000 });

        const metrics = await get('/metrics');
        expect(metrics.status).toBe(200);
        for (const path of ['HKG>SIN', 'HKG>FRA']) {
          for (const size of [64, 128, 512])
            expect(metrics.body).toMatch(
              new RegExp(`^pop_sla_size_loss_ratio\\{path="${path}",size="${size}"\\} 0$`, 'm'),
            );
          expect(metrics.body).toContain(`pop_sla_packets_total{path="${path}",outcome="received"} 300`);
        }
        // Every name is ours.
        const names = metrics.body.matchAll(/^# TYPE (\S+)/gm);
        expect(
          [...names].map(([, name]) => name ?? '').filter((name) => !name.startsWith('pop_sla_')),
        ).toEqual([]);

        expect(await get('/healthz')).toMatchObject({ status: 200 });
        expect(await get('/readyz')).toMatchObject({ status: 200 });
        const list = async (name: string) =>
          (JSON.parse((await get(`/api/v1/${name}`)).body) as Record<string, unknown[]>)[name];
        expect(await list('pops')).toHaveLength(3);
        expect(await list('paths')).toHaveLength(2);
        expect(await list('rounds')).toHaveLength(2);
        expect((await get('/api/v1/nothing')).status).toBe(404);

        const shown = await popSla(['rounds'], { env: { ...process.env, ...env }, cwd });
        expect(shown.code, shown.stderr).toBe(0);
        // Which file was taken where none was named, and nothing else.
        expect(shown.stderr).toMatch(
          /^pop-sla: configuration \S+ \(another one: --config or POP_SLA_CONFIG\)\n$/,
        );
        expect(shown.stdout).toMatch(table);
        expect(shown.stdout).not.toContain('\u001b[');
        const csv = await popSla(['rounds', '--csv', '--path', 'HKG>FRA'], {
          env: { ...process.env, ...env },
          cwd,
        });
        expect(csv.stdout.trim().split(/\r?\n/)).toHaveLength(1 + 3);
        expect(await daemon.stop()).toMatchObject({ code: 0 });
        expect(
          daemon.lines().filter((line) => !line.startsWith('{')),
          'nothing but the log',
        ).toEqual([]);
      });
    },
  );
});
