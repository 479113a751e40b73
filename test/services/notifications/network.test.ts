import { describe, expect, test } from 'vitest';
import type { NetworkEvent } from '../../../src/core/network-event.js';
import type { TargetKind } from '../../../src/core/target-kinds.js';
import type { PathId } from '../../../src/core/types.js';
import type { ObservedOutage } from '../../../src/core/watch/outage.js';
import { createNetworkNotifier } from '../../../src/services/notifications/network.js';
import { quietUntil } from '../../../src/services/notifications/network-drafts.js';
import { createOutbox, requestOf } from '../../../src/services/notifications/outbox.js';
import { createTargetService } from '../../../src/services/notifications/targets.js';
import { targetJson } from '../../../src/render/notifications.js';
import { chatBody, opsgenieBody, pagerDutyBody } from '../../../src/render/network-events.js';
import type { NotifyTarget, OutboxDraft } from '../../../src/store/statement-store.js';
import { faultRig } from '../../support/fault-desk.js';
import { hookServer } from '../../support/hook-server.js';
import { keptLog } from '../../support/log.js';

const start = Date.parse('2026-10-01T14:00:00Z');

const outage = (
  port: string,
  endAfter: number | null,
  over: Partial<ObservedOutage> = {},
): ObservedOutage => {
  const edge = (at: number) => ({ at, earliest: at, latest: at });
  return {
    observer: 'A',
    port,
    start: edge(start),
    end: endAfter === null ? null : edge(start + endAfter),
    openedAt: start + 3000,
    closedAt: null,
    inferred: [],
    voided: null,
    ...over,
  };
};

const target = (kind: TargetKind, over: Partial<NotifyTarget> = {}): NotifyTarget => ({
  id: kind,
  customer: null,
  kind,
  address: 'https://hook.example/x',
  events: ['*'],
  secret: null,
  language: 'en',
  query: null,
  createdAt: 0,
  createdBy: 'ann',
  ...over,
});

function notifier(targets: readonly NotifyTarget[], quietHours: object | null = null) {
  const drafts: OutboxDraft[] = [];
  const config = { notifications: { quietHours }, http: { publicUrl: 'https://sla.example/' } };
  const made = createNetworkNotifier({
    store: {
      targets: { list: () => Promise.resolve([...targets]) },
      outbox: {
        add: (more: readonly OutboxDraft[]) => {
          drafts.push(...more);
          return Promise.resolve();
        },
      },
    } as never,
    config: () => config as never,
    clock: { now: () => start + 3000, sleep: () => Promise.resolve() },
    log: keptLog().log,
  });
  const told = async () => {
    await made.idle();
    return drafts.splice(0);
  };
  const graded = (path: PathId, severe: boolean, slot = start) => {
    made.standing.roundGraded(path, {} as never, {
      slot,
      severe,
      latencyUs: null,
      loss: null,
      commitmentUs: null,
    });
  };
  const maintain = (pops: readonly string[]) => {
    made.standing.ledger({ active: new Map(), proposed: 0, maintenance: { pops, paths: [] } });
  };
  return { ...made, told, graded, maintain };
}

const events = (drafts: readonly OutboxDraft[]) =>
  drafts.flatMap(({ body }) => (JSON.parse(body) as { events: { event: string; subject: string }[] }).events);

describe('the network is told of as it happens', () => {
  test('an outage when it opens and when it closes, with the link to its page', async () => {
    const { events: heard, told } = notifier([target('webhook')]);
    heard.outageChanged?.(outage('SIN', null));
    const [opened] = await told();
    expect(JSON.parse(opened?.body ?? '')).toEqual({
      event: 'outage.opened',
      at: '2026-10-01T14:00:03Z',
      events: [
        {
          event: 'outage.opened',
          at: '2026-10-01T14:00:03Z',
          port: 'SIN',
          from: '2026-10-01T14:00:00Z',
          to: null,
          subject: `outage:SIN:${start}`,
          link: 'https://sla.example/outages',
        },
      ],
    });
    // It goes on after unobserved time: that is no news.
    heard.outageChanged?.(outage('SIN', null));
    expect(await told()).toEqual([]);
    heard.outageChanged?.(outage('SIN', 3000));
    expect(events(await told())).toMatchObject([{ event: 'outage.closed', subject: `outage:SIN:${start}` }]);
  });

  test('what comes at once is one message, an incident system gets each', async () => {
    const { events: heard, told } = notifier([target('slack'), target('pagerduty')]);
    for (const port of ['SIN', 'FRA', 'LAX']) heard.outageChanged?.(outage(port, null));
    const drafts = await told();
    expect(drafts.map(({ target: to }) => to)).toEqual(['slack', 'pagerduty', 'pagerduty', 'pagerduty']);
    expect(JSON.parse(drafts[0]?.body ?? '')).toMatchObject({
      text: 'Port SIN is down since 2026-10-01T14:00:00+00:00. And 2 more.',
    });
  });

  test('a spell of severe rounds once, and its end; an outage of its port explains it', async () => {
    const { events: heard, told, graded } = notifier([target('webhook')]);
    graded('HKG>SIN', true);
    graded('HKG>SIN', true, start + 1_800_000);
    graded('HKG>SIN', false, start + 3_600_000);
    expect(events(await told()).map(({ event }) => event)).toEqual(['path.severe', 'path.recovered']);
    heard.outageChanged?.(outage('FRA', null));
    graded('HKG>FRA', true, start + 60_000);
    graded('FRA>HKG', true, start + 60_000);
    expect(events(await told()).map(({ event }) => event)).toEqual(['outage.opened']);
  });

  test('maintenance keeps quiet what it covers', async () => {
    const { events: heard, told, graded, maintain } = notifier([target('webhook')]);
    maintain(['SIN']);
    heard.outageChanged?.(outage('SIN', null));
    graded('HKG>SIN', true);
    heard.outageChanged?.(outage('SIN', 9000));
    expect(await told()).toEqual([]);
    maintain([]);
    heard.outageChanged?.(outage('SIN', null));
    expect(events(await told())).toHaveLength(1);
  });

  test('a month’s budget at each of its steps, once', async () => {
    const { standing, told } = notifier([target('webhook')]);
    const used = (unavailableMs: number) => {
      standing.services([{ service: 's', periodStart: start, unavailableMs, allowedMs: 1000 } as never]);
    };
    for (const ms of [0, 499, 500, 600, 750, 750, 1200]) used(ms);
    expect(events(await told()).map((event) => (event as { usedPercent?: number }).usedPercent)).toEqual([
      50, 75, 100,
    ]);
  });

  test('one more event is another message, however many came before it', async () => {
    const key = async (services: number) => {
      const { standing, told } = notifier([target('webhook')]);
      standing.services(
        Array.from({ length: services }, (_, n) => ({
          service: `service-${n}`,
          periodStart: start,
          unavailableMs: 600,
          allowedMs: 1000,
        })) as never,
      );
      return (await told())[0]?.key ?? '';
    };
    const keys = [await key(20), await key(21), await key(20)];
    expect(keys[1]).not.toBe(keys[0]);
    expect(keys[2]).toBe(keys[0]);
    expect(keys[0]?.length).toBe('>webhook'.length + 300);
  });

  test('customers are not told, and only what was asked for is', async () => {
    const { events: heard, told } = notifier([
      target('webhook', { customer: 'bank' }),
      target('mail', { events: ['outage.closed'] }),
    ]);
    heard.outageChanged?.(outage('SIN', null));
    heard.outageChanged?.(outage('SIN', 3000));
    expect(
      (await told()).map(({ target: to, body }) => [to, (JSON.parse(body) as { subject: string }).subject]),
    ).toEqual([['mail', 'Port SIN is up again: it was down for 3.0 s from 2026-10-01T14:00:00+00:00.']]);
  });

  test('a target that is gone is not told', async () => {
    const { events: heard, told } = notifier([target('slack', { goneAt: start }), target('webhook')]);
    heard.outageChanged?.(outage('SIN', null));
    expect((await told()).map(({ target: to }) => to)).toEqual(['webhook']);
  });

  test('quiet hours let wait what is not urgent', async () => {
    const quiet = { from: '22:00', to: '07:00', zone: 'Asia/Hong_Kong', urgent: ['outage.opened'] };
    const { events: heard, told, graded } = notifier([target('webhook')], quiet);
    graded('HKG>SIN', true);
    const [severe] = await told();
    expect(severe?.dueAt).toBe(Date.parse('2026-10-01T23:00:00Z'));
    heard.outageChanged?.(outage('SIN', null));
    expect((await told())[0]).not.toHaveProperty('dueAt');
    expect(quietUntil(Date.parse('2026-10-01T13:59:59Z'), quiet)).toBe(Date.parse('2026-10-01T13:59:59Z'));
    expect(quietUntil(Date.parse('2026-10-01T23:00:00Z'), quiet)).toBe(Date.parse('2026-10-01T23:00:00Z'));
  });
});

describe('ready-made bodies', () => {
  const opened: NetworkEvent = { event: 'outage.opened', at: start, port: 'SIN', from: start, to: null };
  const closed: NetworkEvent = { ...opened, event: 'outage.closed', to: start + 3000 };
  const options = { language: 'en', zone: 'UTC', publicUrl: 'https://sla.example' } as const;
  const line = 'Port SIN is down since 2026-10-01T14:00:00+00:00.';

  test('of PagerDuty’s Events API v2', () => {
    const body = JSON.stringify(pagerDutyBody(opened, options));
    const sent = requestOf('pagerduty', target('pagerduty', { secret: 'R0UT1NGKEY0123456789' }), body, start);
    expect(JSON.parse(sent.body)).toEqual({
      routing_key: 'R0UT1NGKEY0123456789',
      event_action: 'trigger',
      dedup_key: `outage:SIN:${start}`,
      payload: {
        summary: line,
        source: 'SIN',
        severity: 'critical',
        timestamp: '2026-10-01T14:00:00Z',
        component: 'SIN',
        group: 'pop-sla',
        class: 'outage.opened',
      },
      client: 'pop-sla',
      client_url: 'https://sla.example/outages',
      links: [{ href: 'https://sla.example/outages', text: 'pop-sla' }],
    });
    expect(pagerDutyBody(closed, options)).toEqual({
      event_action: 'resolve',
      dedup_key: `outage:SIN:${start}`,
    });
  });

  test('of Opsgenie’s Alert API', () => {
    const to = target('opsgenie', { address: 'https://api.opsgenie.com/v2/alerts', secret: 'key' });
    const open = requestOf('opsgenie', to, JSON.stringify(opsgenieBody(opened, options)), start);
    expect(open).toMatchObject({ url: to.address, headers: { authorization: 'GenieKey key' } });
    expect(JSON.parse(open.body)).toEqual({
      message: line,
      alias: `outage:SIN:${start}`,
      description: `${line}\nhttps://sla.example/outages`,
      priority: 'P1',
      entity: 'SIN',
      source: 'pop-sla',
      tags: ['outage.opened'],
    });
    const close = requestOf('opsgenie', to, JSON.stringify(opsgenieBody(closed, options)), start);
    expect(close.url).toBe(`${to.address}/outage%3ASIN%3A${start}/close?identifierType=alias`);
    expect(JSON.parse(close.body)).toEqual({ source: 'pop-sla', note: expect.any(String) as string });
  });

  test('of Slack, Teams and the robots of 企业微信 and 钉钉', () => {
    const severe: NetworkEvent = { event: 'path.severe', at: start, path: 'HKG>SIN', slot: start };
    expect(chatBody('slack', [severe], options)).toEqual({
      text: 'HKG&gt;SIN is severely degraded: round of 2026-10-01T14:00:00+00:00.',
      blocks: [
        {
          type: 'section',
          text: {
            type: 'mrkdwn',
            text: 'HKG&gt;SIN is severely degraded: round of 2026-10-01T14:00:00+00:00.\n<https://sla.example/mesh|Open>',
          },
        },
      ],
    });
    expect(chatBody('teams', [opened], options)).toMatchObject({
      type: 'message',
      attachments: [
        {
          contentType: 'application/vnd.microsoft.card.adaptive',
          content: {
            type: 'AdaptiveCard',
            body: [{ type: 'TextBlock', text: line, wrap: true }],
            actions: [{ type: 'Action.OpenUrl', title: 'Open', url: 'https://sla.example/outages' }],
          },
        },
      ],
    });
    const chinese = { ...options, language: 'zh-CN', zone: 'Asia/Hong_Kong' } as const;
    const text = '端口 SIN 自 2026-10-01T22:00:00+08:00 起中断。\n\n[打开](https://sla.example/outages)';
    expect(chatBody('wecom', [opened], chinese)).toEqual({
      msgtype: 'markdown',
      markdown: { content: text },
    });
    expect(chatBody('dingtalk', [opened], chinese)).toEqual({
      msgtype: 'markdown',
      markdown: { title: '端口 SIN 自 2026-10-01T22:00:00+08:00 起中断。', text },
    });
    const many = Array.from({ length: 200 }, (_, n) => ({ ...opened, port: `P${n}` }) as const);
    const { markdown } = chatBody('wecom', many, chinese) as { markdown: { content: string } };
    expect(Buffer.byteLength(markdown.content)).toBeLessThanOrEqual(4096);
  });

  test('钉钉 gets its signature, of the secret, in the address', () => {
    const sent = requestOf(
      'dingtalk',
      target('dingtalk', { address: 'https://oapi.dingtalk.com/robot/send?access_token=t', secret: 'SEC0' }),
      '{}',
      1_700_000_000_000,
    );
    const url = new URL(sent.url);
    expect(url.searchParams.get('timestamp')).toBe('1700000000000');
    // printf '1700000000000\nSEC0' | openssl dgst -sha256 -hmac SEC0 -binary | base64
    expect(url.searchParams.get('sign')).toBe('grq97xXoTUjTHFvKaCG7ayUVYZj98Kc7erzY+P9gZxg=');
  });
});

test('a robot that answers 200 with an error is tried again, and its key is not shown', async () => {
  const hook = await hookServer();
  const rig = await faultRig({ notifications: { webhooks: { allow: ['127.0.0.0/8'] } } });
  const targets = createTargetService({
    targets: rig.store.targets,
    config: () => rig.config,
    now: () => rig.now,
  });
  const request = {
    customer: null,
    kind: 'wecom' as const,
    address: `${hook.url}/send?key=k3y`,
    secret: null,
    language: 'zh-CN',
    events: ['outage.opened'],
    query: null,
  };
  const added = await targets.add('ann', request);
  expect(JSON.stringify(targetJson(added))).not.toContain('k3y');
  await expect(targets.add('ann', { ...request, customer: 'bank' })).rejects.toThrow();
  await expect(targets.add('ann', { ...request, kind: 'pagerduty' })).rejects.toThrow();
  const made = createNetworkNotifier({
    store: rig.store,
    config: () => rig.config,
    clock: { now: () => rig.now, sleep: () => Promise.resolve() },
    log: keptLog().log,
  });
  made.events.outageChanged?.(outage('SIN', null));
  await made.idle();
  const outbox = createOutbox({
    store: rig.store,
    config: () => rig.config,
    random: () => 1,
    log: keptLog().log,
    version: 'test',
    clock: { now: () => rig.now, sleep: () => Promise.resolve() },
  });
  rig.now = start + 10_000_000_000;
  await outbox.turn();
  const [message] = await rig.store.outbox.list({ limit: 9 });
  expect(message).toMatchObject({ state: 'waiting', event: 'outage.opened' });
});
