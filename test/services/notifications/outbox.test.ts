import { describe, expect, test } from 'vitest';
import { createOutbox } from '../../../src/services/notifications/outbox.js';
import { createTargetService, type TargetRequest } from '../../../src/services/notifications/targets.js';
import { ann, bank, bob, faultRig, filing, type Rig } from '../../support/fault-desk.js';
import { hookServer } from '../../support/hook-server.js';
import { keptLog } from '../../support/log.js';
import { smtpServer } from '../../support/smtp.js';

const webhooks = { webhooks: { allow: ['127.0.0.0/8'] } };

function outboxOf(rig: Rig) {
  const { log, lines } = keptLog();
  const depths: number[] = [];
  const outbox = createOutbox({
    store: rig.store,
    config: () => rig.config,
    random: () => 1,
    log,
    version: 'test',
    clock: { now: () => rig.now, sleep: () => Promise.resolve() },
    onDepth: ({ waiting }) => depths.push(waiting),
  });
  return { outbox, lines, depths };
}

const targetsOf = (rig: Rig) =>
  createTargetService({ targets: rig.store.targets, config: () => rig.config, now: () => rig.now });

const request = (over: Partial<TargetRequest>): TargetRequest => ({
  customer: 'bank',
  kind: 'webhook',
  address: '',
  secret: null,
  language: null,
  events: ['*'],
  query: null,
  ...over,
});

describe('what is told', () => {
  test('goes to those who may see it: the customer, its reseller while the link holds, the operator all', async () => {
    const rig = await faultRig();
    const targets = targetsOf(rig);
    const names = new Map<string, string>();
    for (const customer of ['bank', 'shop', 'broker', null]) {
      const target = await targets.add('ann', request({ customer, kind: 'mail', address: 'a@b.example' }));
      names.set(target.id, customer ?? 'operator');
      rig.now += 1; // they are listed by their age
    }
    const told = async (about: string) =>
      (await rig.store.outbox.list({ limit: 99 }))
        .filter((message) => message.about === about)
        .map(({ target, event }) => `${event} ${names.get(target) ?? ''}`)
        .reverse();
    await rig.ticketService.file(bank, filing());
    await rig.ticketService.do(ann, 'F1', { transition: 'take' });
    await rig.ticketService.do(ann, 'F1', {
      transition: 'comment',
      text: 'a card',
      internal: true,
      attachments: [],
    });
    await rig.ticketService.do(ann, 'F1', { transition: 'hand-over', to: 'bob', text: null });
    expect(await told('F1')).toEqual([
      ...['report-filed bank', 'report-filed operator', 'report-state bank', 'report-state operator'],
      ...['report-comment operator', 'report-owner operator'],
    ]);
    await rig.ticketService.file({ name: 'shop', side: 'customer' }, filing({ customer: 'shop' }));
    expect(await told('F2')).toEqual(['report-filed shop', 'report-filed broker', 'report-filed operator']);
  });

  test('is written in the language of the one who gets it, and says nothing internal', async () => {
    const rig = await faultRig();
    const targets = targetsOf(rig);
    await targets.add('ann', request({ kind: 'mail', address: 'a@b.example', events: ['report-state'] }));
    rig.now += 1; // they are listed by their age
    await targets.add(
      'ann',
      request({ kind: 'mail', address: 'c@b.example', language: 'zh-TW', events: ['report-state'] }),
    );
    await rig.ticketService.file(ann, filing({ channel: 'phone' }));
    await rig.ticketService.do(ann, 'F1', {
      transition: 'comment',
      text: 'secret of the NOC',
      internal: true,
      attachments: [],
    });
    await rig.ticketService.do(ann, 'F1', { transition: 'resolve', text: '已更換' });
    const mails = (await rig.store.outbox.list({ limit: 9 })).map(
      ({ body }) => JSON.parse(body) as { subject: string; text: string },
    );
    expect(mails.map(({ subject }) => subject).reverse()).toEqual([
      '[F1] 已受理：HKG → SIN：性能严重劣化',
      '[F1] 已受理：HKG → SIN：效能嚴重劣化',
      '[F1] 已修复：HKG → SIN：性能严重劣化',
      '[F1] 已修復：HKG → SIN：效能嚴重劣化',
    ]);
    expect(JSON.stringify(mails)).not.toContain('secret of the NOC');
    expect(mails[0]?.text).toContain('已更換');
  });

  test('is told in the language of the customer, else of the configuration, with nothing of another in it', async () => {
    const rig = await faultRig({ notifications: { language: 'zh-CN' } });
    const targets = targetsOf(rig);
    // The shop has no language of its own, nor has the operator.
    for (const [customer, kind] of [
      ['shop', 'mail'],
      [null, 'mail'],
      [null, 'webhook'],
    ] as const) {
      const address = kind === 'mail' ? 'a@b.example' : 'https://hook.example/x';
      expect((await targets.add('ann', request({ customer, kind, address }))).language).toBe('zh-CN');
    }
    const filed = await rig.ticketService.file(
      { name: 'shop', side: 'customer' },
      filing({ customer: 'shop' }),
    );
    // What is stored stays as it was: every reader has it in another language.
    expect(filed.subject).toBe('HKG>SIN: severe');
    const bodies = (await rig.store.outbox.list({ limit: 9 })).map(
      ({ body }) => JSON.parse(body) as Record<string, unknown>,
    );
    expect(bodies).toHaveLength(3);
    for (const body of bodies) {
      const text = typeof body['text'] === 'string' ? body['text'] : JSON.stringify(body);
      expect(text).toContain('HKG → SIN：性能严重劣化');
      expect(text).not.toMatch(/severe[^"a-z]|critical[^"]|filed from the band/);
    }
    const mail = bodies.find(({ subject }) => typeof subject === 'string');
    expect(mail?.['text']).toContain('严重程度：紧急');
    expect(mail?.['text']).toContain('申告时间：2026年10月12日 11:32 (UTC+08:00)');
    expect(mail?.['text']).toContain('依据最近一轮的性能等级申告：性能严重劣化');
    expect(bodies.find(({ language }) => language === 'zh-CN')).toMatchObject({
      event: 'report-filed',
      summary: '[F1] 已收到故障申告：HKG → SIN：性能严重劣化',
      report: { subject: 'HKG → SIN：性能严重劣化', severity: 'critical' },
    });
  });
});

describe('the outbox', () => {
  test('delivers what was filed, signed, and as a ticket of TMF621 to its listeners', async () => {
    const rig = await faultRig({ notifications: webhooks });
    const { url, got } = await hookServer();
    const targets = targetsOf(rig);
    await targets.add('ann', request({ customer: null, address: url }));
    await targets.add('ann', request({ customer: null, kind: 'tmf', address: `${url}/?key=1` }));
    const { outbox, depths } = outboxOf(rig);
    await rig.ticketService.file(bank, filing({ text: '<script>alert(1)</script>' }));
    await rig.ticketService.do(ann, 'F1', { transition: 'take' });
    expect(await outbox.turn()).toBe(4);
    expect(await outbox.turn()).toBe(0);
    expect(got.map(({ path }) => path).sort()).toEqual([
      ...[
        '/hook',
        '/hook',
        '/hook/listener/troubleTicketCreateEvent?key=1',
        '/hook/listener/troubleTicketStatusChangeEvent?key=1',
      ],
    ]);
    const created = got.find(({ path }) => path.includes('CreateEvent'));
    expect(JSON.parse(created?.body ?? '')).toMatchObject({
      eventType: 'TroubleTicketCreateEvent',
      eventId: 'F1.1',
      event: { troubleTicket: { id: 'F1', status: 'pending', description: '<script>alert(1)</script>' } },
    });
    const hooks = got.filter(({ path }) => path === '/hook');
    expect(hooks.map(({ headers }) => headers['pop-sla-signature'] !== undefined)).toEqual([true, true]);
    expect(depths).toEqual([0, 0]);
  });

  test('waits as long as a target asks, for all that goes there', async () => {
    const rig = await faultRig({ notifications: webhooks });
    let status = 429;
    const { url, got } = await hookServer((response) =>
      response.writeHead(status, { 'retry-after': '600' }).end(),
    );
    await targetsOf(rig).add('ann', request({ customer: null, address: url }));
    const { outbox } = outboxOf(rig);
    await rig.ticketService.file(bank, filing());
    await outbox.turn();
    expect(await rig.store.outbox.get(1)).toMatchObject({ state: 'waiting', dueAt: rig.now + 600_000 });
    await rig.ticketService.do(ann, 'F1', { transition: 'take' });
    await outbox.turn();
    expect(got).toHaveLength(1);
    rig.now += 600_000;
    status = 204;
    await outbox.turn();
    expect(got.length).toBeGreaterThan(1);
  });

  test('sends nothing more to a target that is gone', async () => {
    const rig = await faultRig({ notifications: webhooks });
    const { url, got } = await hookServer((response) => response.writeHead(410).end());
    const target = await targetsOf(rig).add('ann', request({ customer: null, address: url }));
    const { outbox } = outboxOf(rig);
    await rig.ticketService.file(bank, filing());
    await outbox.turn();
    expect(await rig.store.outbox.get(1)).toMatchObject({ state: 'dead', attempts: 1 });
    expect(await rig.store.targets.get(target.id)).toMatchObject({ goneAt: rig.now });
    await rig.ticketService.do(ann, 'F1', { transition: 'take' });
    await outbox.turn();
    expect(got).toHaveLength(1);
  });

  test('does not go to networks that the operator opened for a customer', async () => {
    const rig = await faultRig({ notifications: webhooks });
    const { url } = await hookServer();
    await expect(targetsOf(rig).add('ann', request({ address: url }))).rejects.toThrow('may not go to');
  });

  test('tries again, later each time, and keeps what it gives up for people to see', async () => {
    const rig = await faultRig({ notifications: { ...webhooks, attempts: 3 } });
    let broken = true;
    const { url, got } = await hookServer((response) => response.writeHead(broken ? 503 : 200).end());
    await targetsOf(rig).add('ann', request({ customer: null, address: url }));
    const { outbox, lines } = outboxOf(rig);
    await rig.ticketService.file(bank, filing());
    const message = () => rig.store.outbox.get(1);
    expect(await outbox.turn()).toBe(1);
    expect(await message()).toMatchObject({
      state: 'waiting',
      attempts: 1,
      lastError: 'answered 503',
      dueAt: rig.now + 10_000,
    });
    rig.now += 9_999;
    expect(await outbox.turn()).toBe(0);
    rig.now += 1;
    expect(await outbox.turn()).toBe(1);
    expect(await message()).toMatchObject({ attempts: 2, dueAt: rig.now + 20_000 });
    rig.now += 20_000;
    expect(await outbox.turn()).toBe(1);
    expect(await message()).toMatchObject({ state: 'dead', attempts: 3 });
    expect(lines.at(-1)).toMatchObject({
      level: 'error',
      message: 'a message is given up: `pop-sla outbox list`',
    });
    broken = false;
    await rig.store.outbox.retry(1, rig.now);
    await outbox.turn();
    expect(await message()).toMatchObject({ state: 'sent', lastError: null });
    expect(new Set(got.map(({ headers }) => headers['pop-sla-delivery'])).size).toBe(1);
  });

  test('survives whoever died while it was sending: the message comes again', async () => {
    const rig = await faultRig({ notifications: webhooks });
    const { url, got } = await hookServer();
    await targetsOf(rig).add('ann', request({ customer: null, address: url }));
    await rig.ticketService.file(bank, filing());
    await rig.store.outbox.claim({ now: rig.now, until: rig.now + 80_000, limit: 9 });
    const { outbox } = outboxOf(rig);
    expect(await outbox.turn()).toBe(0);
    rig.now += 80_000;
    expect(await outbox.turn()).toBe(1);
    expect(got).toHaveLength(1);
  });

  test('sends mails by the configured server, and says so where there is none', async () => {
    const { port, mails } = await smtpServer();
    const smtp = { host: '127.0.0.1', port, security: 'none', from: 'sla@carrier.example' };
    const rig = await faultRig({ notifications: { smtp } });
    const target = await targetsOf(rig).add('ann', request({ kind: 'mail', address: 'noc@bank.example' }));
    await rig.ticketService.file(bank, filing());
    await outboxOf(rig).outbox.turn();
    expect(mails).toMatchObject([{ to: ['noc@bank.example'] }]);
    const without = {
      ...rig,
      config: { ...rig.config, notifications: { ...rig.config.notifications, smtp: null } },
    };
    await rig.ticketService.do(ann, 'F1', { transition: 'take' });
    await outboxOf(without).outbox.turn();
    expect(await rig.store.outbox.get(2)).toMatchObject({
      state: 'waiting',
      lastError: 'notifications.smtp is not configured',
    });
    await targetsOf(rig).remove(target.id);
    rig.now += 3_600_000;
    await outboxOf(rig).outbox.turn();
    expect(await rig.store.outbox.get(2)).toMatchObject({
      state: 'dead',
      lastError: 'its target was taken back',
    });
  });

  test('runs until it is stopped', async () => {
    const rig = await faultRig({ notifications: webhooks });
    const { url, got } = await hookServer();
    await targetsOf(rig).add('ann', request({ customer: null, address: url }));
    const { log } = keptLog();
    const outbox = createOutbox({
      store: rig.store,
      config: () => rig.config,
      random: () => 0,
      log,
      version: 'test',
      restMs: 10,
      clock: {
        now: () => rig.now,
        sleep: (ms, signal) =>
          new Promise((resolve) => {
            const timer = setTimeout(resolve, ms);
            signal?.addEventListener('abort', () => {
              clearTimeout(timer);
              resolve();
            });
          }),
      },
    });
    outbox.start();
    await rig.ticketService.file(bank, filing());
    while (got.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    await outbox.stop();
    expect(await rig.store.outbox.get(1)).toMatchObject({ state: 'sent' });
  });
});

describe('a target', () => {
  test.each([
    ['http://hook.example/', 'address: is of http'],
    ['https://user:pw@hook.example/', 'address: has a user, a password or a fragment'],
    ['ftp://hook.example/', 'address: is of ftp:'],
    ['https://127.0.0.1/', 'address: is 127.0.0.1, an address that webhooks may not go to'],
    ['https://[::ffff:10.0.0.1]/', 'an address that webhooks may not go to'],
    ['https://2130706433/', 'address: is 127.0.0.1'],
    ['not a url', 'address: is no URL'],
  ])('%s is refused', async (address, message) => {
    const rig = await faultRig();
    await expect(targetsOf(rig).add('ann', request({ address }))).rejects.toThrow(message);
    expect(await rig.store.targets.list()).toEqual([]);
  });

  test('has a customer, a language and events that are known, and a secret of its own', async () => {
    const rig = await faultRig();
    const targets = targetsOf(rig);
    const address = 'https://hook.example/';
    await expect(targets.add('ann', request({ address, customer: 'x' }))).rejects.toThrow(
      'customer: is unknown',
    );
    await expect(targets.add('ann', request({ address, language: 'fr' }))).rejects.toThrow(
      'allowed: en, zh-CN, zh-TW',
    );
    await expect(targets.add('ann', request({ address, events: ['all'] }))).rejects.toThrow(
      'events: has "all"',
    );
    await expect(targets.add('ann', request({ address, events: [] }))).rejects.toThrow('events: are missing');
    await expect(targets.add('ann', request({ address, secret: 'short' }))).rejects.toThrow(
      'secret: is too short',
    );
    await expect(
      targets.add('ann', request({ kind: 'mail', address: 'a@b.example, c@d.example' })),
    ).rejects.toThrow('is no e-mail address');
    const made = await targets.add(bob.name, request({ address }));
    expect(made.secret).toMatch(/^[\w-]{43}$/);
    expect(made.language).toBe('zh-CN');
    await expect(targets.remove('nothing')).rejects.toThrow('id: is no target');
  });
});
