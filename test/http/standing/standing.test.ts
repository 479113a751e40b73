import { describe, expect, test } from 'vitest';
import type { Config } from '../../../src/config/config.js';
import type { CustomerRegistry } from '../../../src/core/customer/book.js';
import { readEntered } from '../../../src/services/months/judge.js';
import { judgeServicesNow, type ServicesStanding } from '../../../src/services/standing/keep-standing.js';
import { dayMs, hourMs, november, october } from '../../support/ledger.js';
import { twoTenants } from '../../support/tenants.js';
import { entrance, type Entrance } from '../support/entry.js';

interface Shown {
  readonly asOf: string | null;
  readonly services: readonly {
    readonly service: string;
    readonly customer: string;
    readonly availabilityPercent: string;
    readonly next: { readonly belowPercent: string; readonly leftMs: number } | null;
    readonly money: Readonly<
      Record<'currency' | 'rent' | 'credit' | 'projected' | 'nextStep', string | null>
    >;
  }[];
}

const url = '/api/v1/standing';
const midOctober = october + 20 * dayMs;

/** Two tenants at a time, judged then; `judge` false: not yet. */
async function setUp({
  now = midOctober,
  judge = true,
  resale,
}: { now?: number; judge?: boolean; resale?: CustomerRegistry['resale'] } = {}): Promise<Entrance> {
  const tenants = await twoTenants();
  const { book } = tenants.config;
  const config: Config = { ...tenants.config, book: { ...book, resale: resale ?? book.resale } };
  const { store } = tenants;
  let judged: ServicesStanding | null = null;
  if (judge) {
    const entered = await readEntered({ store, config });
    judged = { at: now, services: await judgeServicesNow({ store, config, now, entered }) };
  }
  const clock = (): number => now;
  const standing = { services: () => judged, now: clock };
  return entrance({ ...tenants, config, now: clock }, { standing });
}

const seen = async (server: Entrance, ...who: Parameters<Entrance['tokenOf']>): Promise<Shown> => {
  const answer = await server.as(await server.tokenOf(...who), url);
  expect(answer.statusCode).toBe(200);
  return answer.json<Shown>();
};
const idsOf = ({ services }: Shown): string[] => services.map(({ service }) => service);
const rentsOf = ({ services }: Shown): (string | null)[] => services.map(({ money }) => money.rent);

describe('how services stand', () => {
  test.each(['noc', 'finance', 'approver', 'admin'] as const)('is all of it for %s', async (role) => {
    const found = await seen(await setUp(), role);
    expect(Date.parse(found.asOf ?? '')).toBe(midOctober);
    expect(idsOf(found)).toEqual(['alpha-service', 'beta-service']);
    // Amounts are for those who work with them.
    expect(rentsOf(found)).toEqual(role === 'noc' ? [null, null] : ['11111.00', '22222.00']);
  });

  test('is its own for a customer, with what is left before the next step', async () => {
    const { services } = await seen(await setUp(), 'customer', 'alpha');
    expect(services).toMatchObject([
      {
        service: 'alpha-service',
        customer: 'alpha',
        commitmentPercent: '99.9',
        // 44 of the 44.64 minutes that October may have.
        unavailableMs: 2_640_000,
        allowedMs: 2_678_400,
        availabilityPercent: '99.9014',
        next: { belowPercent: '99.9', leftMs: 38_400 },
        money: { currency: 'HKD', rent: '11111.00', credit: '0.00' },
      },
    ]);
  });

  test('is without amounts for who buys from a reseller, and with them for the reseller, while its link holds', async () => {
    const server = await setUp();
    const beta = await seen(server, 'customer', 'beta');
    expect([idsOf(beta), rentsOf(beta)]).toEqual([['beta-service'], [null]]);
    expect(beta.services[0]?.availabilityPercent).toMatch(/^\d+\.\d+$/);
    expect(beta.services[0]?.money).toEqual({
      currency: beta.services[0]?.money.currency,
      rent: null,
      credit: null,
      projected: null,
      nextStep: null,
    });
    const shop = await seen(server, 'reseller', 'shop');
    expect([idsOf(shop), rentsOf(shop)]).toEqual([['beta-service'], ['22222.00']]);
  });

  test('is the customer’s alone once the link is over', async () => {
    const server = await setUp({ now: november + 2 * hourMs });
    expect(idsOf(await seen(server, 'reseller', 'shop'))).toEqual([]);
    expect(rentsOf(await seen(server, 'customer', 'beta'))).toEqual(['22222.00']);
  });

  test('has no amounts for either in a month in which the link changed hands', async () => {
    const server = await setUp({
      resale: [{ seller: 'shop', buyer: 'beta', from: '2026-10-10', to: null }],
    });
    expect(rentsOf(await seen(server, 'reseller', 'shop'))).toEqual([null]);
    expect(rentsOf(await seen(server, 'customer', 'beta'))).toEqual([null]);
  });

  test('is nobody’s answer but of whom it is for, whoever asked before', async () => {
    const server = await setUp();
    const askers = [
      ['finance', null],
      ['customer', 'alpha'],
      ['customer', 'beta'],
      ['reseller', 'shop'],
    ] as const;
    const asked = async () => {
      const answers: string[] = [];
      for (const [role, customer] of askers) answers.push(JSON.stringify(await seen(server, role, customer)));
      return answers;
    };
    const first = await asked();
    expect(new Set(first).size).toBe(4);
    expect(await asked()).toEqual(first);
  });

  test('that nobody has judged yet is said, and is no empty month', async () => {
    expect(await seen(await setUp({ judge: false }), 'finance')).toEqual({ asOf: null, services: [] });
  });

  test('is not for agents, nor for who has no token or only another right', async () => {
    const server = await setUp();
    expect((await server.as(await server.tokenOf('agent'), url)).statusCode).toBe(403);
    expect((await server.http.inject(url)).statusCode).toBe(401);
    expect((await server.as(await server.tokenOf('customer', 'alpha', ['rounds']), url)).statusCode).toBe(
      403,
    );
  });
});

test('an answer that somebody has already is not sent again, and one of another person is another one', async () => {
  const server = await setUp();
  const [alpha, beta] = [await server.tokenOf('customer', 'alpha'), await server.tokenOf('customer', 'beta')];
  const first = await server.as(alpha, url);
  const etag = String(first.headers.etag);
  expect(etag).toMatch(/^(?:W\/)?".+"$/);
  const again = await server.as(alpha, { url, headers: { 'if-none-match': etag } });
  expect([again.statusCode, again.body]).toEqual([304, '']);
  const other = await server.as(beta, { url, headers: { 'if-none-match': etag } });
  expect([other.statusCode, other.headers.etag === etag]).toEqual([200, false]);
});
