import { describe, expect, test } from 'vitest';
import { createBilling } from '../../src/services/credits/billing.js';
import { november } from '../support/ledger.js';
import { statedOctober } from '../support/statements.js';
import { keyFolder } from '../../src/seal/keys.js';
import { testServer } from './support/server.js';

const quality = '/tmf-api/serviceQualityManagement/v4/serviceLevelObjective';
const sla = '/tmf-api/slaManagement/v2';

async function sealedOctober() {
  const { store, config, folder } = await statedOctober();
  const now = () => november;
  const keys = keyFolder(`${folder}/keys`);
  await keys.make();
  const options = { store, config: () => config, now, software: '1.2.3', signer: () => keys.signer() };
  const billing = createBilling(options);
  await billing.statements.seal('fin', { month: '2026-10', services: null, acceptIncomplete: null });
  const { http } = testServer({ store, config, now }, { billing });
  return async (url: string) => {
    const answer = await http.inject({ method: 'GET', url });
    return {
      status: answer.statusCode,
      headers: answer.headers,
      body: answer.json<Record<string, unknown>[]>(),
    };
  };
}

describe('service quality by TMF657', () => {
  test('has each promise of a month with what came of it, as the sealed statement says', async () => {
    const ask = await sealedOctober();
    const { status, headers, body } = await ask(`${quality}?month=2026-10`);
    expect([status, headers['x-total-count']]).toEqual([200, '4']);
    expect(body.map(({ id }) => id)).toEqual([
      '2026-10.other.availability',
      '2026-10.single.availability',
      '2026-10.single.latency.HKG>SIN',
      '2026-10.single.loss.HKG>SIN',
    ]);
    expect(body[0]).toMatchObject({
      '@type': 'ServiceLevelObjective',
      conformanceTarget: '99.5',
      conformanceComparator: '>=',
      conformancePeriod: {
        startDateTime: '2026-10-01T00:00:00+08:00',
        endDateTime: '2026-11-01T00:00:00+08:00',
      },
      relatedEntity: [{ role: 'service', id: 'other' }],
      relatedParty: [{ role: 'customer', id: 'bank' }],
      conformance: {
        value: '99.3279',
        met: false,
        complete: true,
        statement: { id: '2026-10/other', state: 'sealed', revision: 1 },
      },
    });
    expect(body[2]).toMatchObject({
      conformanceTarget: '1500',
      conformance: { value: '2050', band: 'severe', met: false },
    });
    expect(body[3]).toMatchObject({
      conformanceTarget: '1',
      serviceLevelObjectiveParameter: { id: 'loss', unit: '%' },
      conformance: { value: '16.6667', band: 'decline', met: false },
    });
  });

  test('is asked as other lists are, and for one of them', async () => {
    const ask = await sealedOctober();
    const ids = async (query: string) => (await ask(`${quality}?${query}`)).body.map(({ id }) => id);
    expect(await ids('conformance.met=true')).toEqual(['2026-10.single.availability']);
    expect(await ids('serviceLevelObjectiveParameter.id=loss')).toEqual(['2026-10.single.loss.HKG>SIN']);
    expect(await ids('relatedEntity.id=other')).toEqual(['2026-10.other.availability']);
    expect(await ids('month=2026-09')).toEqual([]);
    expect((await ask(`${quality}?size=1`)).status).toBe(400);
    const one = await ask(`${quality}/${encodeURIComponent('2026-10.single.latency.HKG>SIN')}?fields=name`);
    expect([one.status, one.body]).toEqual([
      200,
      {
        '@type': 'ServiceLevelObjective',
        id: '2026-10.single.latency.HKG>SIN',
        href: `${quality}/2026-10.single.latency.HKG%3ESIN`,
        name: 'Mean latency of HKG>SIN',
      },
    ]);
    for (const none of ['2026-10.single', '2026-10.nobody.availability', '2026-13.single.availability', 'x'])
      expect([none, (await ask(`${quality}/${none}`)).status]).toEqual([none, 404]);
  });
});

describe('SLAs by TMF623', () => {
  test('have their plan as template and their promises as rules', async () => {
    const ask = await sealedOctober();
    const { body } = await ask(`${sla}/sla`);
    expect(body.map(({ id }) => id)).toEqual(['2026-10.other', '2026-10.single']);
    expect(body[1]).toMatchObject({
      name: 'single',
      version: '2024-04-16',
      template: { id: 'ctg-cloud-connection.protected-single', href: '/api/v1/plans/ctg-cloud-connection' },
      rule: [
        { metric: 'availability', referenceValue: '99.9', operator: '.ge', unit: '%' },
        { metric: 'latency', referenceValue: '1500', operator: '.le', unit: 'us' },
        { metric: 'loss', referenceValue: '1', operator: '.le', unit: '%' },
      ],
    });
    expect((await ask(`${sla}/sla/2026-10.single`)).body).toEqual(body[1]);
  });

  test('have violations where a promise was not kept, with what follows', async () => {
    const ask = await sealedOctober();
    const { body } = await ask(`${sla}/slaViolation?month=2026-10`);
    expect(body.map(({ id }) => id)).toEqual([
      '2026-10.other.availability',
      '2026-10.single.latency.HKG>SIN',
      '2026-10.single.loss.HKG>SIN',
    ]);
    expect(body[0]).toMatchObject({
      sla: { id: '2026-10.other' },
      violation: {
        referenceValue: '99.5',
        actualValue: '99.3279',
        consequence: 'credit of 5 %: 758.06 HKD',
        attachment: { href: '/api/v1/statements/2026-10/other' },
      },
    });
    expect((await ask(`${sla}/slaViolation/2026-10.other.availability`)).body).toEqual(body[0]);
    expect((await ask(`${sla}/slaViolation/2026-10.single.availability`)).status).toBe(404);
  });
});
