import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { requires } from '../../support/requires.js';
import { tempDir } from '../../support/temp-dir.js';
import { startAlertmanager, type Server } from '../real/servers.js';
import { situations } from './situations.js';
import { firingOver, type Firing } from './timeline.js';

requires({ commands: ['promtool', 'prometheus-alertmanager'] });

/** How long a simulated minute takes at the Alertmanager, whose own durations are shortened alike. */
const minuteMs = 300;
let attempt = 0;

interface Notification {
  readonly status: string;
  readonly commonLabels: Readonly<Record<string, string>>;
  readonly alerts: readonly { readonly status: string; readonly labels: Readonly<Record<string, string>> }[];
}

const received: Notification[] = [];
const webhook = createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8').on('data', (text: string) => (body += text));
  request.on('end', () => {
    received.push(JSON.parse(body) as Notification);
    response.end();
  });
});
let alertmanager: Server;
const folder = mkdtempSync(join(tmpdir(), 'pop-sla-test-'));
const timelines = new Map<string, readonly Firing[]>();

beforeAll(async () => {
  await new Promise<void>((resolve) => webhook.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(webhook.address() as AddressInfo).port}/`;
  alertmanager = await startAlertmanager(folder, { minuteMs, webhook: url, groupBy: 'situation' });
  const isReady = (): Promise<boolean> =>
    fetch(`${alertmanager.url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  while (!(await isReady())) await sleep(100);
}, 60_000);

afterAll(async () => {
  await alertmanager.stop();
  webhook.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('in a mesh of 50', () => {
  test.each(situations.map((one) => [one.name, one] as const))(
    'the rules are evaluated: %s',
    { timeout: 300_000 },
    async (name, { mesh, minutes, stepSeconds, wanted }) => {
      const firing = await firingOver({
        series: mesh().text(minutes, stepSeconds),
        minutes,
        stepSeconds,
        folder: tempDir(),
      });
      timelines.set(name, firing);
      const names = new Set(firing.flatMap(({ alerts }) => alerts.map((alert) => alert['alertname'])));
      // Whatever is wanted fires; what fires beside it is left to Alertmanager's inhibition.
      for (const alert of Object.keys(wanted)) expect(names).toContain(alert);
    },
  );

  test('a real Alertmanager sends as many notifications as a NOC wants', { timeout: 300_000 }, async () => {
    // What an Alertmanager heard in a first try is none of the second's.
    const marked = (name: string): string => `${name} (${attempt})`;
    attempt += 1;
    await Promise.all(situations.map(({ name }) => replay(marked(name), timelines.get(name) ?? [])));
    // The longest group_wait has passed.
    await sleep(10 * minuteMs);
    const table = situations.map(({ name, wanted }) => {
      const own = received.filter(
        ({ status, commonLabels }) => status === 'firing' && commonLabels['situation'] === marked(name),
      );
      const sent: Record<string, number> = {};
      for (const { alerts } of own) {
        const first = String(alerts.find(({ status }) => status === 'firing')?.labels['alertname']);
        sent[first] = (sent[first] ?? 0) + 1;
      }
      return { name, wanted, sent };
    });
    console.log(
      table.map(({ name, wanted, sent }) => `${sum(sent)} sent, ${sum(wanted)} wanted: ${name}`).join('\n'),
    );
    expect(table.map(({ name, sent }) => ({ name, sent }))).toEqual(
      table.map(({ name, wanted }) => ({ name, sent: wanted })),
    );
  });
});

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((all, count) => all + count, 0);

/** Posts what fires and what has ended, each at its instant on the shortened clock, as Prometheus does. */
async function replay(situation: string, timeline: readonly Firing[]): Promise<void> {
  const startedAt = Date.now();
  let active = new Map<string, Readonly<Record<string, string>>>();
  const [first] = timeline.filter(({ alerts }) => alerts.length > 0);
  if (first === undefined) return;
  for (const { minute, alerts } of timeline) {
    // Three hours are enough to see what comes again; the disk fills for days.
    if (minute < first.minute || minute > first.minute + 180) continue;
    const now = new Map(
      alerts.map((labels) => {
        const own = Object.fromEntries(
          Object.entries(labels).filter(([name]) => !['__name__', 'alertstate'].includes(name)),
        );
        return [JSON.stringify(own), { ...own, situation }] as const;
      }),
    );
    const changed = [
      ...[...now].filter(([key]) => !active.has(key)).map(([, labels]) => ({ labels, ends: false })),
      ...[...active].filter(([key]) => !now.has(key)).map(([, labels]) => ({ labels, ends: true })),
    ];
    active = now;
    if (changed.length === 0) continue;
    await sleep(Math.max(0, startedAt + (minute - first.minute) * minuteMs - Date.now()));
    const at = Date.now();
    const response = await fetch(`${alertmanager.url}/api/v2/alerts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(
        changed.map(({ labels, ends }) => ({
          labels,
          // Alertmanager waits for no group of an alert that is older than the wait: what comes late for want of a
          // processor is not.
          startsAt: new Date(at + minuteMs).toISOString(),
          endsAt: new Date(at + (ends ? minuteMs : 86_400_000)).toISOString(),
        })),
      ),
    });
    expect(response.status).toBe(200);
  }
}
