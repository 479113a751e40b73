import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startDaemon, type Daemon } from '../../support/daemon.js';
import { requires } from '../../support/requires.js';
import { dashboards, ruleFile } from '../files.js';
import { backboneConfig, dead, deadPort, slow, well, wellPort } from './backbone.js';
import { startAlertmanager, startPrometheus, type Server } from './servers.js';

requires({ commands: ['prometheus', 'promtool', 'prometheus-alertmanager'] });

/** How many series a panel can draw so that a person still reads it; a table has rows. */
const limits: Readonly<Record<string, number>> = {
  stat: 8,
  timeseries: 30,
  'state-timeline': 30,
  table: 5_000,
  geomap: 200,
};

/** The simulated kind pings no loopback: nothing to calibrate. */
const withoutPackets = ['pop_sla_daemon_self_rtt_seconds'];

let folder = '';
let daemon: Daemon | null = null;
let address = '';
const servers: Server[] = [];
let prometheus: Server;
let alertmanager: Server;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pop-sla-test-'));
  daemon = startDaemon({ args: ['run', '--config', backboneConfig(folder, 16_000)] });
  const running = await daemon.waitForLog('its address', ({ msg }) => msg === 'pop-sla is running');
  address = String(running['http']);
  alertmanager = await startAlertmanager(folder, { minuteMs: 1000 });
  servers.push(alertmanager);
  prometheus = await startPrometheus(folder, { daemon: address, alertmanager: alertmanager.url });
  servers.push(prometheus);
}, 90_000);

afterAll(async () => {
  await Promise.all([daemon?.stop(), ...servers.map((server) => server.stop())]);
  rmSync(folder, { recursive: true, force: true });
});

interface Sample {
  readonly metric: Readonly<Record<string, string>>;
}

async function ask<T>(path: string, parameters: Readonly<Record<string, string>> = {}): Promise<T> {
  const response = await fetch(
    `${prometheus.url}/api/v1/${path}?${new URLSearchParams(parameters).toString()}`,
  );
  const body = (await response.json()) as { status: string; error?: string; data: T };
  if (body.status !== 'success') throw new Error(`${JSON.stringify(parameters)}: ${body.error ?? ''}`);
  return body.data;
}

const query = async (expr: string): Promise<readonly Sample[]> =>
  (await ask<{ result: Sample[] }>('query', { query: expr })).result;

/** What an expression gives as soon as it gives something. */
async function data(expr: string): Promise<readonly Sample[]> {
  await expect.poll(() => query(expr), { timeout: 90_000, interval: 250, message: expr }).not.toHaveLength(0);
  return query(expr);
}

/** With what a person would have chosen. */
const chosen = (expr: string): string =>
  expr
    .replaceAll('$path', well)
    .replaceAll('$pop', wellPort)
    .replaceAll('$service', '.*')
    .replaceAll('$instance', new URL(address).host)
    .replaceAll('$job', '.*')
    .replaceAll('$__rate_interval', '1m');

describe('a real Prometheus, on a simulated backbone', { timeout: 180_000 }, () => {
  test('scrapes the daemon, in OpenMetrics', async () => {
    await expect.poll(() => query('up == 1'), { timeout: 60_000 }).toHaveLength(1);
    const text = await (await fetch(`${address}/metrics`)).text();
    expect(execFileSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' })).toBe('');
    const open = await fetch(`${address}/metrics`, {
      headers: { accept: 'application/openmetrics-text;version=1.0.0,text/plain;q=0.5' },
    });
    expect(open.headers.get('content-type')).toContain('application/openmetrics-text');
    expect((await open.text()).endsWith('# EOF\n')).toBe(true);
  });

  test('records what the rules say', async () => {
    for (const { rules } of ruleFile('recording').groups)
      // Nothing of this backbone is under maintenance.
      for (const { record } of rules)
        if (record !== 'pop:pop_sla_maintenance:active') await data(String(record));
  });

  test('sees what people do and what the daemon lives on', async () => {
    for (const metric of [
      'fault_reports{state="filed"}',
      'daemon_disk_free_bytes',
      'daemon_store_size_bytes',
    ])
      await data(`pop_sla_${metric}`);
  });

  test('evaluates every rule without a fault', async () => {
    const { groups } = await ask<{
      groups: { rules: { name: string; health: string; lastError?: string }[] }[];
    }>('rules');
    const rules = groups.flatMap((group) => group.rules);
    expect(rules.length).toBeGreaterThan(30);
    expect(rules.filter(({ lastError }) => lastError !== undefined)).toEqual([]);
  });

  test.each(dashboards.filter(({ name }) => name.startsWith('en/')))(
    'has data for each panel of $name, and not more than it can draw',
    async ({ dashboard }) => {
      for (const { type, title, targets } of dashboard.panels) {
        if (targets === undefined) continue;
        let series = 0;
        for (const { expr } of targets) {
          if (withoutPackets.some((metric) => expr.includes(metric))) continue;
          // A percentile is NaN while no round ends, and `>= 0` leaves it out of the graph: its series is there all the same.
          const asked = chosen(expr).replace(/ >= 0$/, '');
          expect(asked).not.toMatch(/\$[a-z]/);
          const drawn = (await data(asked)).length;
          series = type === 'table' ? Math.max(series, drawn) : series + drawn;
        }
        expect(series, title).toBeLessThanOrEqual(limits[type] ?? 0);
      }
    },
  );

  test('has values for every choice', async () => {
    for (const { dashboard } of dashboards)
      for (const { type, query: asked } of dashboard.templating.list) {
        if (type !== 'query') continue;
        const text = typeof asked === 'object' ? asked.query : String(asked);
        const [, metric, label] = /^label_values\((\w+(?:\{.*\})?), (\w+)\)$/.exec(text) ?? [];
        const values = await ask<string[]>(`label/${String(label)}/values`, {
          'match[]': chosen(String(metric)),
        });
        expect(values, text).not.toEqual([]);
      }
  });

  test('answers what is marked on the graphs', async () => {
    const marks = dashboards.flatMap(({ dashboard }) =>
      (dashboard.annotations?.list ?? []).flatMap(({ expr }) => (expr === undefined ? [] : [chosen(expr)])),
    );
    expect(marks.length).toBeGreaterThan(0);
    for (const mark of marks) expect(await query(mark)).toBeInstanceOf(Array);
  });

  test('sends what is wrong to a real Alertmanager, and nothing of what is well', async () => {
    interface Alert {
      readonly labels: Readonly<Record<string, string>>;
      readonly annotations: Readonly<Record<string, string>>;
    }
    const alerts = async (): Promise<readonly Alert[]> =>
      (await (await fetch(`${alertmanager.url}/api/v2/alerts`)).json()) as Alert[];
    const of = async (name: string, labels: Readonly<Record<string, string>>) =>
      (await alerts()).filter(
        (one) =>
          one.labels['alertname'] === name &&
          Object.entries(labels).every(([label, value]) => one.labels[label] === value),
      );
    for (const [name, labels, summary] of [
      ['PopSlaPortDown', { port: deadPort }, `Port ${deadPort} is down`],
      ['PopSlaLatencySevere', { path: slow }, `${slow} is severely slow`],
    ] as const) {
      await expect.poll(() => of(name, labels), { timeout: 90_000, interval: 250 }).toHaveLength(1);
      const [alert] = await of(name, labels);
      expect(alert?.labels['severity']).toBe('critical');
      expect(alert?.annotations['summary']).toBe(summary);
      expect(alert?.annotations['runbook_url']).toBe(`dashboards/runbooks.md#${name.toLowerCase()}`);
    }
    // The dead path's port says it all.
    for (const path of [well, dead])
      expect((await alerts()).filter(({ labels }) => labels['path'] === path)).toEqual([]);
  });
});
