import { describe, expect, test } from 'vitest';
import { iso } from '../support/iso.js';
import { october } from '../../support/ledger.js';
import { twoTenants } from '../../support/tenants.js';
import { entrance, type Entrance } from '../support/entry.js';

const dayMs = 86_400_000;

interface Month {
  readonly services: readonly {
    readonly id: string;
    readonly rent: { readonly amount: string | null };
    readonly credit: { readonly amount: string | null; readonly uncapped: string | null };
  }[];
  readonly sites: readonly { readonly site: string; readonly rent: string | null }[];
}

async function asked(server: Entrance, role: 'customer' | 'reseller' | 'noc' | 'finance', customer?: string) {
  const token = await server.tokenOf(role, customer ?? null);
  return async <T>(url: string) => (await server.as(token, `/api/v1/${url}`)).json<T>();
}

const rents = (month: Month) => month.services.map(({ id, rent }) => [id, rent.amount]);

describe('a customer', () => {
  test('sees its own services and amounts, paths, PoPs without their addresses, and rounds', async () => {
    const get = await asked(entrance(await twoTenants()), 'customer', 'alpha');
    const month = await get<Month>('availability?month=2026-10');
    expect(rents(month)).toEqual([['alpha-service', '11111.00']]);
    expect(month.sites.map(({ site }) => site)).toEqual(['alpha-site']);
    expect(await get('paths')).toMatchObject({ paths: [{ id: 'HKG>SIN' }] });
    expect(await get('pops')).toMatchObject({
      pops: [
        { id: 'HKG', ipv4: null, host: null },
        { id: 'SIN', ipv4: null, ipv6: null },
      ],
    });
    const { rounds } = await get<{ rounds: { path: string }[] }>('rounds');
    expect(rounds.map(({ path }) => path)).toEqual(['HKG>SIN', 'HKG>SIN', 'HKG>SIN']);
    expect(await get('rounds?path=HKG%3EFRA')).toEqual({ rounds: [], nextCursor: null });
    const page = await get<{ rounds: object[]; nextCursor: string }>('rounds?limit=2');
    expect(page.rounds).toHaveLength(2);
    const rest = await get<{ rounds: object[] }>(`rounds?limit=2&cursor=${page.nextCursor}`);
    expect(rest).toMatchObject({ nextCursor: null, rounds: [{ path: 'HKG>SIN' }] });
  });

  test('who buys from a reseller sees the quality and no amount', async () => {
    const get = await asked(entrance(await twoTenants()), 'customer', 'beta');
    const month = await get<Month>('availability?month=2026-10');
    expect(month.services).toMatchObject([
      { id: 'beta-service', availabilityPercent: '100.0000', rent: { amount: null } },
    ]);
    expect(month.services[0]?.credit).toMatchObject({ amount: null, uncapped: null });
    expect(month.sites).toMatchObject([{ site: 'beta-site', rent: null, cap: null, credit: null }]);
    // Once the link is over it is its own customer.
    expect(rents(await get<Month>('availability?month=2026-11'))).toEqual([['beta-service', '22222.00']]);
  });

  test('sees the outages of its ports and what excuses them, without who entered it or whom else it names', async () => {
    const tenants = await twoTenants();
    const server = entrance(tenants);
    const noc = await server.tokenOf('noc');
    const approver = await server.tokenOf('approver');
    const propose = async (scope: string[]) => {
      const payload = {
        kind: 'emergency-maintenance',
        scope,
        reason: 'a card',
        from: iso(october + 9 * dayMs),
        to: iso(october + 9 * dayMs + 60_000),
      };
      const proposed = await server.as(noc, { method: 'POST', url: '/api/v1/exclusions', payload });
      const { id } = proposed.json<{ id: string }>();
      await server.as(approver, { method: 'POST', url: `/api/v1/exclusions/${id}/approve`, payload: {} });
      return id;
    };
    const both = await propose(['line:alpha-line', 'line:beta-line']);
    const others = await propose(['customer:beta']);
    const alpha = await asked(server, 'customer', 'alpha');
    const { exclusions } = await alpha<{ exclusions: object[] }>('exclusions');
    expect(exclusions).toMatchObject([
      { id: both, scope: { lines: ['alpha-line'] }, proposed: { actor: '' }, approved: null },
    ]);
    expect(JSON.stringify(exclusions)).not.toMatch(/beta|noc|approver/);
    expect(await alpha(`exclusions/${others}`)).toMatchObject({ status: 404 });
    expect(await alpha('outages')).toMatchObject({ outages: [{ port: 'SIN', corrections: [] }] });
    const beta = await asked(server, 'customer', 'beta');
    expect(await beta('outages')).toEqual({ outages: [], total: 0, nextCursor: null });
  });
});

describe('a reseller', () => {
  test("sees its buyers' months with amounts as long as the link holds, and no others", async () => {
    const get = await asked(entrance(await twoTenants()), 'reseller', 'shop');
    expect(rents(await get<Month>('availability?month=2026-10'))).toEqual([['beta-service', '22222.00']]);
    expect(rents(await get<Month>('availability?month=2026-09'))).toEqual([]);
    expect(rents(await get<Month>('availability?month=2026-11'))).toEqual([]);
    const { rounds } = await get<{ rounds: { path: string; slot: string }[] }>('rounds');
    expect(rounds.map(({ path, slot }) => `${path} ${slot.slice(0, 7)}`)).toEqual([
      'HKG>FRA 2026-10',
      'HKG>FRA 2026-10',
    ]);
  });
});

test('the NOC sees every service and no amount, finance both', async () => {
  const server = entrance(await twoTenants());
  const noc = await (await asked(server, 'noc'))<Month>('availability?month=2026-10');
  expect(rents(noc)).toEqual([
    ['alpha-service', null],
    ['beta-service', null],
  ]);
  const finance = await (await asked(server, 'finance'))<Month>('availability?month=2026-10');
  expect(rents(finance)).toEqual([
    ['alpha-service', '11111.00'],
    ['beta-service', '22222.00'],
  ]);
});
