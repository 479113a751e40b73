import { expect, test } from 'vitest';
import { ratio } from '../../src/core/number.js';
import { emptyMesh, type MeshStanding, type PathStanding } from '../../src/core/standing.js';
import type { MeshJson } from '../../src/render/mesh.js';
import { october } from '../support/ledger.js';
import { twoTenants } from '../support/tenants.js';
import { entrance } from './support/entry.js';

const slot = october + 20 * 86_400_000;
const severe = {
  from: slot,
  to: slot + 1,
  latencyUs: ratio(60_001n, 2n),
  loss: ratio(1n, 300n),
  held: 1,
  due: 1,
  excess: ratio(500n, 10n),
  latencyBand: { id: 'severe', level: 3 },
  lossBand: { id: 'normal', level: 0 },
};
const unmeasured = {
  from: slot,
  to: slot + 1,
  latencyUs: null,
  loss: null,
  held: 0,
  due: 1,
  excess: null,
  latencyBand: null,
  lossBand: null,
};
const standing: PathStanding = {
  plan: 'ctg-cloud-connection',
  commitmentUs: ratio(20_000n),
  round: unmeasured,
  day: severe,
  month: severe,
};

async function meshServer() {
  const state: { mesh: MeshStanding } = {
    mesh: {
      ...emptyMesh,
      version: 1,
      judgedAt: slot,
      paths: new Map([
        ['HKG>FRA', null],
        ['HKG>SIN', standing],
      ]),
    },
  };
  const tenants = await twoTenants();
  const clock = { now: tenants.now() };
  const server = entrance(tenants, { mesh: { mesh: () => state.mesh, now: () => clock.now } });
  const asked = async (role: 'noc' | 'customer' | 'reseller', customer?: string) =>
    server.as(await server.tokenOf(role, customer), '/api/v1/mesh');
  return { state, asked, clock };
}

test('the mesh is one answer in columns, and what was not measured is no zero', async () => {
  const { asked } = await meshServer();
  const answer = await asked('noc');
  expect([answer.statusCode, answer.headers['content-type']]).toEqual([
    200,
    'application/json; charset=utf-8',
  ]);
  const mesh = answer.json<MeshJson>();
  expect(mesh.pops.map(({ id }) => id)).toEqual(['HKG', 'SIN', 'FRA']);
  expect(mesh).toMatchObject({
    paths: ['HKG>FRA', 'HKG>SIN'],
    commitmentUs: [null, 20_000],
    slot: [null, new Date(slot).toISOString().replace('.000', '')],
  });
  expect(mesh.windows['last-24h']).toEqual({
    latencyBand: [null, 'severe'],
    lossBand: [null, 'normal'],
    latencyUs: [null, 30_001],
    lossPpm: [null, 3333],
    excessPercent: [null, '50.0'],
    held: [null, 1],
    due: [null, 1],
  });
  expect(mesh.windows.round).toMatchObject({ latencyUs: [null, null], held: [null, 0], due: [null, 1] });
});

test('shows what was judged since, and says when nothing was', async () => {
  const { state, asked } = await meshServer();
  const before = await asked('noc');
  expect((await asked('noc')).headers['etag']).toBe(before.headers['etag']);
  state.mesh = { ...state.mesh, version: 2, paths: new Map([['HKG>FRA', standing]]) };
  expect((await asked('noc')).json<MeshJson>().paths).toEqual(['HKG>FRA']);
});

test('shows tenants the paths of their own services and the PoPs at their ends, for as long as they are', async () => {
  const { asked, clock } = await meshServer();
  const own = (await asked('customer')).json<MeshJson>();
  expect([own.paths, own.pops.map(({ id }) => id)]).toEqual([['HKG>SIN'], ['HKG', 'SIN']]);
  clock.now = slot;
  expect((await asked('reseller')).json<MeshJson>().paths).toEqual(['HKG>FRA']);
  clock.now = slot + 40 * 86_400_000;
  expect((await asked('reseller')).json<MeshJson>().paths).toEqual([]);
});
