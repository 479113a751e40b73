import { describe, expect, test } from 'vitest';
import { monthResult } from '../../../src/core/statement/result.js';
import type { ObservedOutage } from '../../../src/core/watch/outage.js';
import { createLedgerService } from '../../../src/services/ledger/service.js';
import { judgeStored } from '../../../src/services/months/judge.js';
import { serviceViews } from '../../../src/render/availability.js';
import { dayMs, ledgerConfig, november, october, outage, watchedOctober } from '../../support/ledger.js';

const start = october + 9 * dayMs;

/** October with nothing but this outage of SIN, whose edges are 500 ms before to 20 ms after, and 200 ms to 20 ms. */
async function monthWith(found: ObservedOutage) {
  const { store, config } = await watchedOctober(ledgerConfig(), []);
  await store.watch.put({ outages: [found], states: [], spans: [], blind: [] });
  const views = async () =>
    (await judgeStored({ store, config, now: november }, '2026-10')).flatMap(serviceViews);
  return { store, config, views };
}

describe('credit at both bounds', () => {
  test('is told apart where the edges of an outage leave it open', async () => {
    // 0.1 % of October is 2,678,400 ms: as measured it is just not reached, at the longest it is passed.
    const { views } = await monthWith(outage('SIN', start, start + 2_678_000));
    const [single, other] = await views();
    expect(single).toMatchObject({
      availabilityPercent: '99.9000',
      credit: { amount: '0.00' },
      bounds: {
        availabilityLowPercent: '99.8999',
        availabilityHighPercent: '99.9000',
        creditLow: '0.00',
        creditHigh: '500.00',
      },
    });
    expect(other?.bounds).toBeNull();
  });

  test('says between what availability lies when the credit is the same', async () => {
    const { views } = await monthWith(outage('SIN', start, start + 60_000));
    expect((await views())[0]?.bounds).toEqual({
      availabilityLowPercent: '99.9977',
      availabilityHighPercent: '99.9977',
      creditLow: '0.00',
      creditHigh: '0.00',
    });
  });

  test('takes what people said as it was said', async () => {
    const { store, config, views } = await monthWith(outage('SIN', start, start + 2_678_000));
    const ledgerService = createLedgerService({ store, config: () => config, now: () => november });
    const said = { evidence: null, attachments: [], reason: 'the customer has it to the second' };
    const of = { observer: 'HKG', port: 'SIN', start };
    await ledgerService.correct('ann', {
      ...said,
      of,
      port: 'SIN',
      interval: { from: start, to: start + 2_678_000 },
    });
    expect((await views())[0]?.bounds).toBeNull();
  });

  test('lets an outage be nothing when its edges may touch', async () => {
    const brief = {
      ...outage('SIN', start, start + 10),
      start: { at: start, earliest: start, latest: start + 20 },
    };
    const { views } = await monthWith({
      ...brief,
      end: { at: start + 10, earliest: start, latest: start + 30 },
    });
    expect((await views())[0]?.bounds).toMatchObject({ availabilityHighPercent: '100.0000' });
  });

  test('ends an outage that lasts now, at both bounds', async () => {
    const { store, config } = await monthWith(outage('SIN', start, null));
    const [judged] = await judgeStored({ store, config, now: start + dayMs }, '2026-10');
    if (!judged) throw new Error('no plan judged October');
    expect(monthResult(judged).services[0]?.unavailableMs).toBe(dayMs);
    const { longest, shortest } = judged.case.outageBounds;
    expect(longest).toEqual([{ line: 'l1', from: start - 500, to: start + dayMs }]);
    expect(shortest).toEqual([{ line: 'l1', from: start + 20, to: start + dayMs }]);
  });
});
