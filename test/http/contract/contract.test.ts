import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { keyFolder } from '../../../src/seal/keys.js';
import { tempDir } from '../../support/temp-dir.js';
import { twoTenants } from '../../support/tenants.js';
import { entrance } from '../support/entry.js';

async function setUp() {
  const tenants = await twoTenants();
  const folder = join(tempDir(), 'keys');
  const config = { ...tenants.config, keys: { folder } };
  return { server: entrance({ ...tenants, config }), folder, config };
}

describe('the contracts', () => {
  test('are listed, and shown as figures and as the tables that a contract has', async () => {
    const { server } = await setUp();
    const token = await server.tokenOf('customer', 'alpha');
    const list = await server.as(token, '/api/v1/plans');
    expect(list.json<{ plans: { id: string }[] }>().plans.map(({ id }) => id)).toContain(
      'ctg-cloud-connection',
    );
    const plan = await server.as(token, '/api/v1/plans/ctg-cloud-connection?lang=zh');
    expect(plan.json()).toMatchObject({
      id: 'ctg-cloud-connection',
      versions: [
        {
          version: '2024-04-16',
          timeZone: 'Asia/Hong_Kong',
          measurement: { sizes: [64, 128, 512], packets: 100, lostAfterMs: 2000 },
          classes: [
            { id: 'single', commitmentPercent: '99.5' },
            {
              id: 'protected-single',
              commitmentPercent: '99.9',
              minLines: 1,
              maxLines: 1,
              steps: [
                { belowPercent: '99.9', credit: '5 %' },
                { belowPercent: '99.5', credit: '10 %' },
                { belowPercent: '99', credit: '20 %' },
              ],
            },
            { id: 'protected-dual' },
            { id: 'premium', steps: [] },
          ],
          latencyBands: [
            { id: 'normal', upToPercent: '10' },
            { id: 'decline', upToPercent: '20' },
            { id: 'degraded', upToPercent: '30' },
            { id: 'severe', upToPercent: null, name: { 'zh-CN': '性能严重劣化' } },
          ],
        },
      ],
    });
    expect(plan.json<{ tables: string }>().tables).toContain('性能严重劣化');
    for (const id of ['none', '../../etc/passwd', '%00', 'ctg-cloud-connection.yaml']) {
      const answer = await server.as(token, `/api/v1/plans/${encodeURIComponent(id)}`);
      expect([id, answer.statusCode]).toEqual([id, 404]);
    }
  });

  test('of another customer are not', async () => {
    const { config, server } = await setUp();
    const [first] = config.book.plans.values();
    if (!first) throw new Error('there is no plan');
    const secret = { ...first, id: 'for-beta-alone' };
    const services = config.book.services.map((one) =>
      one.customer === 'beta'
        ? { ...one, terms: one.terms.map((each) => ({ ...each, plan: secret.id })) }
        : one,
    );
    const book = { ...config.book, services, plans: new Map([...config.book.plans, [secret.id, secret]]) };
    Object.assign(config, { book });
    const ids = async (customer: string) => {
      const answer = await server.as(await server.tokenOf('customer', customer), '/api/v1/plans');
      return answer.json<{ plans: { id: string }[] }>().plans.map(({ id }) => id);
    };
    expect(await ids('alpha')).not.toContain(secret.id);
    expect(await ids('beta')).toContain(secret.id);
  });
});

test('the public keys are shown, and the private one is not', async () => {
  const { server, folder } = await setUp();
  const token = await server.tokenOf('customer', 'alpha');
  expect((await server.as(token, '/api/v1/keys')).json()).toEqual({ keys: [] });
  const id = await keyFolder(folder).make();
  const other = await keyFolder(folder).rotate();
  const answer = await server.as(token, '/api/v1/keys');
  const { keys } = answer.json<{ keys: { id: string; pem: string; current: boolean }[] }>();
  expect(new Map(keys.map((key) => [key.id, key.current]))).toEqual(
    new Map([
      [id, false],
      [other, true],
    ]),
  );
  for (const { pem } of keys) expect(pem).toMatch(/^-----BEGIN PUBLIC KEY-----/);
  expect(answer.body).not.toContain('PRIVATE');
});

test('the configuration is shown without its secrets, to those who run it', async () => {
  const { server, config } = await setUp();
  const smtp = {
    host: 'mail.example',
    port: 587,
    security: 'starttls',
    from: 'noc@example.com',
    user: 'noc',
    password: 'hunter2-hunter2',
  } as const;
  Object.assign(config, { notifications: { ...config.notifications, smtp } });
  const answer = await server.as(await server.tokenOf('noc'), '/api/v1/config');
  expect(answer.json()).toMatchObject({
    config: {
      agent: 'HKG',
      measurement: { every: '30m' },
      driver: { kind: 'simulated' },
      notifications: { smtp: { host: 'mail.example', password: '***' } },
    },
  });
  expect(answer.body).not.toContain('hunter2');
});

describe('the packets of a round', () => {
  test('are answered in the order of sending, to whose path it was then', async () => {
    const { server } = await setUp();
    const ask = async (role: 'noc' | 'customer', path: string, slot: string) =>
      server.as(
        await server.tokenOf(role, role === 'customer' ? 'alpha' : null),
        `/api/v1/rounds/packets?path=${encodeURIComponent(path)}&slot=${encodeURIComponent(slot)}`,
      );
    const { rounds } = (await server.as(await server.tokenOf('noc'), '/api/v1/rounds?path=HKG%3ESIN')).json<{
      rounds: { slot: string; sizes: { bytes: number; sent: number; received: number }[] }[];
    }>();
    const [one] = rounds;
    if (!one) throw new Error('there is no round');
    const answer = await ask('customer', 'HKG>SIN', one.slot);
    expect(answer.statusCode).toBe(200);
    const { sizes, slot } = answer.json<{
      slot: string;
      sizes: { bytes: number; packets: (number | null | object)[] }[];
    }>();
    expect(slot).toBe(one.slot);
    expect(
      sizes.map(({ bytes, packets }) => ({
        bytes,
        sent: packets.length,
        received: packets.filter((each) => typeof each === 'number').length,
      })),
    ).toEqual(one.sizes.map(({ bytes, sent, received }) => ({ bytes, sent, received })));
    expect((await ask('customer', 'HKG>FRA', one.slot)).statusCode).toBe(404);
    expect((await ask('noc', 'HKG>FRA', one.slot)).statusCode).toBe(200);
    expect((await ask('noc', 'HKG>SIN', '2001-01-01')).statusCode).toBe(404);
    expect((await ask('noc', 'HKG', one.slot)).statusCode).toBe(400);
  });
});
