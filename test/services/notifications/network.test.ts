import { describe, expect, test } from 'vitest';
import type { MaintenanceWindow, NetworkEvent } from '../../../src/core/network-event.js';
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
import { faultRig, type Rig } from '../../support/fault-desk.js';
import { systemClock } from '../../../src/engine/clock.js';
import { hookServer } from '../../support/hook-server.js';
import { StoreError } from '../../../src/store/store.js';
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
  const config = {
    notifications: { quietHours },
    http: { publicUrl: 'https://sla.example/' },
    book: { plans: new Map() },
  };
  const made = createNetworkNotifier({
    store: {
      targets: { list: () => Promise.resolve([...targets]) },
      outbox: {
        add: (more: readonly OutboxDraft[]) => {
          drafts.push(...more);
          return Promise.resolve();
        },
        told: () => Promise.resolve([]),
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
  const maintain = (pops: readonly string[], windows: readonly MaintenanceWindow[] = []) => {
    made.standing.ledger({ active: new Map(), proposed: 0, maintenance: { pops, paths: [] }, windows });
  };
  // Until it is known what is in maintenance no outage is told.
  maintain([]);
  return { ...made, told, graded, maintain };
}

const events = (drafts: readonly Pick<OutboxDraft, 'body'>[]) =>
  drafts.flatMap(({ body }) => (JSON.parse(body) as { events: { event: string; subject: string }[] }).events);

describe('the network is told of as it happens', () => {
  test('an outage when it opens and when it closes, with the link to its page', async () => {
    const { events: heard, told } = notifier([target('webhook')]);
    heard.outageChanged?.(outage('SIN', null));
    const [opened] = await told();
    expect(JSON.parse(opened?.body ?? '')).toEqual({
      event: 'outage.opened',
      at: '2026-10-01T14:00:03Z',
      language: 'en',
      summary: 'Port SIN has been down since 1 October 2026 14:00 (UTC+00:00).',
      events: [
        {
          event: 'outage.opened',
          at: '2026-10-01T14:00:03Z',
          port: 'SIN',
          from: '2026-10-01T14:00:00Z',
          to: null,
          subject: `outage:SIN:${start}`,
          text: 'Port SIN has been down since 1 October 2026 14:00 (UTC+00:00).',
          maintenance: [],
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
      text: 'Port SIN has been down since 1 October 2026 14:00 (UTC+00:00). And 2 more.',
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

  test('what still lasts when the maintenance is over is told then, with the maintenance', async () => {
    const {
      events: heard,
      told,
      maintain,
    } = notifier([target('webhook'), target('mail'), target('pagerduty'), target('opsgenie')]);
    const window = { id: 'X7', scope: ['SIN'], from: start - 3_600_000, to: start + 1000 };
    maintain(['SIN'], [window]);
    heard.outageChanged?.(outage('SIN', null));
    expect(await told()).toEqual([]);
    maintain([], [window]);
    const [webhook, mail, pagerDuty, opsgenie] = await told();
    expect(JSON.parse(webhook?.body ?? '')).toMatchObject({
      events: [
        {
          event: 'outage.opened',
          maintenance: [
            { id: 'X7', scope: ['SIN'], from: '2026-10-01T13:00:00Z', to: '2026-10-01T14:00:01Z' },
          ],
        },
      ],
    });
    const line =
      'Maintenance X7 of SIN: 1 October 2026 13:00 (UTC+00:00) to 1 October 2026 14:00:01 (UTC+00:00).';
    expect((JSON.parse(mail?.body ?? '') as { text: string }).text).toContain(line);
    expect(JSON.parse(pagerDuty?.body ?? '')).toMatchObject({
      payload: { custom_details: { maintenance: [line] } },
    });
    expect((JSON.parse(opsgenie?.body ?? '') as { description: string }).description).toContain(line);
    // The judgement reads the ledger every minute: that is no news.
    maintain([], [window]);
    expect(await told()).toEqual([]);
    heard.outageChanged?.(outage('SIN', 9000));
    const after = (await told()).filter(({ target: to }) => to === 'webhook');
    expect(events(after).map(({ event }) => event)).toEqual(['outage.closed']);
  });

  test('an outage that several observers saw is one, from the first that saw it to the last', async () => {
    const { events: heard, told } = notifier([target('webhook')]);
    const later = { at: start + 500, earliest: start, latest: start + 500 };
    heard.outageChanged?.(outage('SIN', null));
    heard.outageChanged?.(outage('SIN', null, { observer: 'B', start: later }));
    expect(events(await told())).toHaveLength(1);
    heard.outageChanged?.(outage('SIN', 3000));
    expect(await told()).toEqual([]);
    heard.outageChanged?.(outage('SIN', 4000, { observer: 'B', start: later }));
    expect(events(await told())).toMatchObject([
      { event: 'outage.closed', from: '2026-10-01T14:00:00Z', to: '2026-10-01T14:00:04Z' },
    ]);
  });

  test('after a restart an outage goes on as the same: its key, and its end', async () => {
    const first = notifier([target('webhook')]);
    first.events.outageChanged?.(outage('SIN', null));
    const [before] = await first.told();
    const { restore, events: heard, told } = notifier([target('webhook')]);
    const later = { at: start + 500, earliest: start, latest: start + 500 };
    // The observer that saw it first has seen its end meanwhile.
    const rows = [
      outage('SIN', 3000),
      outage('SIN', null, { observer: 'B', start: later }),
      outage('FRA', 3000),
    ];
    await restore({ outages: () => Promise.resolve(rows) }, { reopen: true });
    expect((await told()).map(({ key }) => key)).toEqual([before?.key]);
    heard.outageChanged?.(outage('SIN', 4000, { observer: 'B', start: later }));
    expect(events(await told())).toMatchObject([{ event: 'outage.closed', subject: `outage:SIN:${start}` }]);
  });

  describe.each([
    ['a hub, which hears only of what changes', true],
    ['a daemon whose own watch goes on with its outages', false],
  ])('after a restart of %s', (_, reopen) => {
    const quietLedger = {
      active: new Map(),
      proposed: 0,
      maintenance: { pops: [], paths: [] },
      windows: [],
    };
    const severe = { severe: true, latencyUs: null, loss: null, commitmentUs: null };
    const budget = (service: string, unavailableMs: number, periodStart = start) =>
      ({ service, periodStart, unavailableMs, allowedMs: 1000 }) as never;
    const both = [target('webhook'), target('pagerduty', { secret: 'R0UT1NGKEY0123456789' })];
    /** A daemon on the store of the rig, with what it put into the outbox since it was asked last. */
    const daemonOn = (rig: Rig) => {
      let seen = 0;
      const made = createNetworkNotifier({
        store: rig.store,
        config: () => rig.config,
        clock: { now: () => start + 5000, sleep: () => Promise.resolve() },
        log: keptLog().log,
      });
      return {
        ...made,
        told: async (): Promise<string[]> => {
          await made.idle();
          const all = (await rig.store.outbox.list({ limit: 1000 })).filter(({ id }) => id > seen);
          seen = Math.max(seen, ...all.map(({ id }) => id));
          return events(all.filter((one) => one.target === 'webhook').reverse()).map(
            ({ event, subject }) => `${event} ${subject}`,
          );
        },
      };
    };

    test('nothing is told again, whatever comes together then, and the ends are', async () => {
      const rig = await faultRig();
      for (const one of both) await rig.store.targets.add(one);
      const first = daemonOn(rig);
      first.standing.ledger(quietLedger);
      for (const port of ['SIN', 'FRA', 'LAX', 'MAD']) {
        first.events.outageChanged?.(outage(port, null));
        await first.idle();
      }
      for (const path of ['HKG>TYO', 'TYO>HKG'] as const) {
        first.standing.roundGraded(path, {} as never, { ...severe, slot: start });
        await first.idle();
      }
      for (const used of [500, 750]) first.standing.services([budget('a', used), budget('b', 500)]);
      expect(await first.told()).toHaveLength(9);

      const next = daemonOn(rig);
      await next.told();
      const rows = [
        outage('SIN', null),
        outage('FRA', null),
        outage('LAX', 2000),
        outage('MAD', null, { voided: { at: start + 4000, reason: 'isolated' } }),
      ];
      await next.restore({ outages: () => Promise.resolve(rows) }, { reopen });
      if (!reopen) for (const row of rows.slice(0, 2)) next.events.outageChanged?.(row);
      next.standing.ledger(quietLedger);
      for (const path of ['HKG>TYO', 'TYO>HKG'] as const)
        next.standing.roundGraded(path, {} as never, { ...severe, slot: start + 1_800_000 });
      next.standing.services([budget('b', 500), budget('a', 760)]);
      // What ended while nobody ran, or never was.
      expect(await next.told()).toEqual([
        `outage.closed outage:LAX:${start}`,
        `outage.closed outage:MAD:${start}`,
      ]);
      next.events.outageChanged?.(outage('SIN', 9000));
      next.standing.roundGraded('TYO>HKG', {} as never, {
        ...severe,
        severe: false,
        slot: start + 3_600_000,
      });
      next.standing.services([budget('a', 1000), budget('b', 600, start + 1)]);
      expect(await next.told()).toEqual([
        `outage.closed outage:SIN:${start}`,
        'path.recovered path:TYO>HKG',
        `month.budget budget:a:${start}`,
        `month.budget budget:b:${start + 1}`,
      ]);
      expect(await rig.store.outbox.told()).toEqual([
        { event: 'month.budget', about: 'a', began: start, used: 100 },
        { event: 'month.budget', about: 'b', began: start + 1, used: 50 },
        { event: 'outage.opened', about: 'FRA', began: start, used: null },
        { event: 'path.severe', about: 'HKG>TYO', began: start, used: null },
      ]);
    });

    test('what the one before could not tell is told', async () => {
      const rig = await faultRig();
      for (const one of both) await rig.store.targets.add(one);
      const { restore, standing, events: heard, told } = daemonOn(rig);
      await restore({ outages: () => Promise.resolve([outage('SIN', null)]) }, { reopen });
      if (!reopen) heard.outageChanged?.(outage('SIN', null));
      standing.ledger(quietLedger);
      expect(await told()).toEqual([`outage.opened outage:SIN:${start}`]);
    });
  });

  test('what the store does not take waits for it, in its order, and joins what comes meanwhile', async () => {
    const added: OutboxDraft[] = [];
    let refuses = 3;
    let failure: Error = new StoreError('the database is locked', 'busy');
    let slept: number[] = [];
    const { log, lines } = keptLog();
    let onRefused = (): void => undefined;
    const made = createNetworkNotifier({
      store: {
        targets: { list: () => Promise.resolve([target('webhook')]) },
        outbox: {
          add: (more: readonly OutboxDraft[]) => {
            if (refuses > 0) {
              refuses -= 1;
              onRefused();
              return Promise.reject(failure);
            }
            added.push(...more);
            return Promise.resolve();
          },
        },
      } as never,
      config: () =>
        ({
          notifications: { quietHours: null },
          http: { publicUrl: null },
          book: { plans: new Map() },
        }) as never,
      clock: { now: () => start, sleep: (ms) => Promise.resolve(void slept.push(ms)) },
      log,
    });
    made.standing.ledger({
      active: new Map(),
      proposed: 0,
      maintenance: { pops: [], paths: [] },
      windows: [],
    });
    onRefused = () => {
      onRefused = () => undefined;
      made.events.outageChanged?.(outage('SIN', 3000));
    };
    made.events.outageChanged?.(outage('SIN', null));
    await made.idle();
    expect(events(added).map(({ event }) => event)).toEqual(['outage.opened', 'outage.closed']);
    expect(slept).toEqual([500, 5_000, 5_000, 5_000]);
    // The fault is said once, and its end.
    expect(lines.map(({ message }) => message)).toEqual([
      'events of the network can not be put into the outbox: they wait',
      'events of the network are in the outbox now',
    ]);
    // Once more: nothing is left of it, and the next event is told as any other.
    slept = [];
    made.events.outageChanged?.(outage('FRA', null));
    await made.idle();
    expect(events(added)).toHaveLength(3);
    // What no store refuses but can't be put into words holds up nothing.
    refuses = 1;
    failure = new TypeError('no words');
    made.events.outageChanged?.(outage('MAD', null));
    await made.idle();
    expect(lines.at(-1)?.fields).toMatchObject({ lost: 1, waiting: 0 });
    // A daemon that stops waits for no store: what it can't tell is in the log.
    refuses = Infinity;
    failure = new StoreError('the disk is full', 'full');
    made.events.outageChanged?.(outage('LAX', null));
    await made.stop();
    expect(lines.at(-1)?.fields).toMatchObject({ lost: 1, waiting: 0 });
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
    ).toEqual([
      ['mail', 'Port SIN is up again. It was down for 3\u00a0s from 1 October 2026 14:00 (UTC+00:00).'],
    ]);
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
  const line = 'Port SIN has been down since 1 October 2026 14:00 (UTC+00:00).';

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
      text: 'HKG → SIN is severely degraded: round of 1 October 2026 14:00 (UTC+00:00).',
      blocks: [
        {
          type: 'section',
          text: {
            type: 'mrkdwn',
            text: 'HKG → SIN is severely degraded: round of 1 October 2026 14:00 (UTC+00:00).\n<https://sla.example/mesh|Open>',
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
    const text =
      '端口 SIN 自 2026年10月1日 22:00 (UTC+08:00) 起中断。\n\n[打开](https://sla.example/outages)';
    expect(chatBody('wecom', [opened], chinese)).toEqual({
      msgtype: 'markdown',
      markdown: { content: text },
    });
    expect(chatBody('dingtalk', [opened], chinese)).toEqual({
      msgtype: 'markdown',
      markdown: { title: '端口 SIN 自 2026年10月1日 22:00 (UTC+08:00) 起中断。', text },
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

describe('limits of the services', () => {
  const options = { language: 'en', zone: 'UTC', publicUrl: 'https://sla.example' } as const;
  const port = 'P'.repeat(32);
  const path: PathId = `${port}>${port}`;
  const windows = Array.from({ length: 40 }, (_, n) => ({
    id: `X${n}`,
    scope: Array.from({ length: 50 }, () => path),
    from: start,
    to: start + 1,
  }));
  const severe: NetworkEvent = { event: 'path.severe', at: start, path, slot: start, maintenance: windows };
  const many = Array.from({ length: 500 }, () => severe);

  test('PagerDuty: a summary of 1,024 characters, a key of 255', () => {
    const body = pagerDutyBody(severe, options) as { dedup_key: string; payload: { summary: string } };
    expect(body.payload.summary.length).toBeLessThanOrEqual(1024);
    expect(body.dedup_key.length).toBeLessThanOrEqual(255);
  });

  test('Opsgenie: a message of 130 characters, a description of 15,000, an alias and an entity of 512', () => {
    const body = opsgenieBody(severe, options) as Record<string, string>;
    expect(body['message']?.length).toBeLessThanOrEqual(130);
    expect(body['description']?.length).toBeLessThanOrEqual(15_000);
    expect(body['alias']?.length).toBeLessThanOrEqual(512);
    expect(body['entity']?.length).toBeLessThanOrEqual(512);
  });

  test('Slack: a section of 3,000 characters; Teams: 28 KB; 企业微信: 4,096 bytes; 钉钉: 20,000', () => {
    const slack = chatBody('slack', many, options) as { blocks: { text: { text: string } }[] };
    const text = slack.blocks[0]?.text.text ?? '';
    expect(text.length).toBeLessThanOrEqual(3000);
    expect(text).toMatch(/…\n<https:\/\/sla\.example\/mesh\|Open>$/);
    expect(JSON.stringify(chatBody('teams', many, options)).length).toBeLessThan(28 * 1024);
    for (const [kind, most] of [
      ['wecom', 4096],
      ['dingtalk', 20_000],
    ] as const) {
      const { markdown } = chatBody(kind, many, options) as {
        markdown: { content?: string; text?: string };
      };
      expect(Buffer.byteLength(markdown.content ?? markdown.text ?? ''), kind).toBeLessThanOrEqual(most);
    }
  });

  test('a robot gets 20 messages in a minute, and the rest afterwards', async () => {
    const hook = await hookServer((response) => response.writeHead(200).end('{"errcode":0,"errmsg":"ok"}'));
    const rig = await faultRig({ notifications: { webhooks: { allow: ['127.0.0.0/8'] } } });
    await rig.store.targets.add(target('dingtalk', { address: hook.url, secret: 'SEC0123456789012345' }));
    const message = (n: number) => ({
      key: `${n}`,
      target: 'dingtalk',
      event: 'outage.opened',
      about: 'SIN',
      body: '{}',
      at: rig.now,
    });
    await rig.store.outbox.add(Array.from({ length: 25 }, (_, n) => message(n)));
    const outbox = outboxOf(rig);
    for (let turns = 0; turns < 5; turns += 1) await outbox.turn();
    expect(hook.got).toHaveLength(20);
    expect(await rig.store.outbox.depth()).toMatchObject({ waiting: 5, dead: 0 });
    rig.now += 600_000;
    await outbox.turn();
    expect(hook.got).toHaveLength(25);
  });

  test('a robot that says that it gets too many is left alone for as long as it asks', async () => {
    const hook = await hookServer((response) =>
      response.writeHead(200).end('{"errcode":130101,"errmsg":"send too fast"}'),
    );
    const rig = await faultRig({ notifications: { webhooks: { allow: ['127.0.0.0/8'] } } });
    await rig.store.targets.add(target('dingtalk', { address: hook.url, secret: 'SEC0123456789012345' }));
    const message = { target: 'dingtalk', event: 'outage.opened', about: 'SIN', body: '{}', at: rig.now };
    await rig.store.outbox.add([{ key: 'a', ...message }]);
    const outbox = outboxOf(rig);
    await outbox.turn();
    await rig.store.outbox.add([{ key: 'b', ...message }]);
    rig.now += 599_000;
    await outbox.turn();
    expect(hook.got).toHaveLength(1);
    rig.now += 600_000;
    await outbox.turn();
    expect(hook.got).toHaveLength(3);
  });
});

const outboxOf = (rig: Rig) =>
  createOutbox({
    store: rig.store,
    config: () => rig.config,
    random: () => 1,
    log: keptLog().log,
    version: 'test',
    clock: { now: () => rig.now, sleep: () => Promise.resolve() },
  });

test('a message is sent when it was added, whatever another target does meanwhile', async () => {
  const stuck = await hookServer(() => undefined);
  const hook = await hookServer();
  const rig = await faultRig({ notifications: { webhooks: { allow: ['127.0.0.0/8'] } } });
  await rig.store.targets.add(target('slack', { address: stuck.url }));
  await rig.store.targets.add(target('teams', { address: hook.url }));
  const message = { event: 'outage.opened', about: 'SIN', body: '{}', at: rig.now };
  const outbox = createOutbox({
    store: rig.store,
    config: () => rig.config,
    random: () => 1,
    log: keptLog().log,
    version: 'test',
    clock: { now: () => rig.now, sleep: (ms, signal) => systemClock.sleep(ms, signal) },
    // It is woken, or the test times out.
    restMs: 3_600_000,
  });
  outbox.start();
  await rig.store.outbox.add([{ key: 'a', target: 'slack', ...message }]);
  outbox.wake();
  await expect.poll(() => stuck.got.length, { timeout: 10_000 }).toBe(1);
  await rig.store.outbox.add([{ key: 'b', target: 'teams', ...message }]);
  outbox.wake();
  await expect.poll(() => hook.got.length, { timeout: 10_000 }).toBe(1);
  await outbox.stop();
});

test('a target that hangs holds up no other one, however much is sent to it', async () => {
  const stuck = await hookServer(() => undefined);
  const hook = await hookServer();
  const rig = await faultRig({ notifications: { timeout: '60s', webhooks: { allow: ['127.0.0.0/8'] } } });
  await rig.store.targets.add(target('slack', { address: stuck.url }));
  await rig.store.targets.add(target('teams', { address: hook.url }));
  const message = { event: 'outage.opened', about: 'SIN', body: '{}', at: rig.now };
  const outbox = createOutbox({
    store: rig.store,
    config: () => rig.config,
    random: () => 1,
    log: keptLog().log,
    version: 'test',
    clock: { now: () => rig.now, sleep: (ms, signal) => systemClock.sleep(ms, signal) },
    restMs: 3_600_000,
  });
  await rig.store.outbox.add([
    ...Array.from({ length: 100 }, (_, n) => ({ key: `stuck ${n}`, target: 'slack', ...message })),
    { key: 'other', target: 'teams', ...message },
  ]);
  outbox.start();
  await expect.poll(() => hook.got.length, { timeout: 10_000 }).toBe(1);
  expect(stuck.got.length).toBeLessThan(20);
  await outbox.stop();
});

test('the end of an outage is not told before its beginning, which is tried again', async () => {
  let status = 503;
  const hook = await hookServer((response) => response.writeHead(status).end());
  const rig = await faultRig({ notifications: { webhooks: { allow: ['127.0.0.0/8'] } } });
  await rig.store.targets.add(target('pagerduty', { address: hook.url, secret: '0123456789abcdef' }));
  const message = { target: 'pagerduty', about: 'SIN', at: rig.now };
  await rig.store.outbox.add([{ key: 'a', event: 'outage.opened', body: '{"n":1}', ...message }]);
  const outbox = outboxOf(rig);
  await outbox.turn();
  await rig.store.outbox.add([{ key: 'b', event: 'outage.closed', body: '{"n":2}', ...message }]);
  status = 202;
  await outbox.turn();
  expect(hook.got).toHaveLength(1);
  for (let turns = 0; turns < 3; turns += 1) {
    rig.now += 100_000;
    await outbox.turn();
  }
  expect(hook.got.map(({ body }) => (JSON.parse(body) as { n: number }).n)).toEqual([1, 1, 2]);
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
  made.standing.ledger({
    active: new Map(),
    proposed: 0,
    maintenance: { pops: [], paths: [] },
    windows: [],
  });
  made.events.outageChanged?.(outage('SIN', null));
  await made.idle();
  const outbox = outboxOf(rig);
  rig.now = start + 10_000_000_000;
  await outbox.turn();
  const [message] = await rig.store.outbox.list({ limit: 9 });
  expect(message).toMatchObject({ state: 'waiting', event: 'outage.opened' });
});
