import { describe, expect, test } from 'vitest';
import { availabilityTable, outagesTable, type AvailabilityView } from '../../../src/render/ledger/tables.js';
import { october, outage } from '../../support/ledger.js';

describe('the table of outages', () => {
  test('shows what of an outage was inferred apart', () => {
    const measured = {
      ...outage('SIN', october, october + 100_000),
      inferred: [{ from: october + 10_000, to: october + 30_500, reason: 'crashed' as const }],
    };
    const counts = { from: october, to: october + 100_000 };
    const shown = outagesTable([{ ref: 'r', port: 'SIN', measured, corrections: [], counts }]);
    expect(shown).toMatch(/ 100\.000 +inferred 20\.500 s of it: crashed\n$/);
  });
});

describe('the table of a month', () => {
  const view: AvailabilityView = {
    ...{ id: 's', class: 'single', period: { from: '2026-10-01' }, complete: true },
    ...{ availabilityPercent: '99.9000', commitmentPercent: '99.9', met: true },
    ...{ unavailableMs: 2_678_400, excusedMs: 0, unobservedMs: 0 },
    ...{ rent: { currency: 'HKD' }, credit: { amount: '0.00' }, bounds: null, unwatchedPorts: [] },
  };
  const note = (over: Partial<AvailabilityView>): string =>
    availabilityTable([{ ...view, ...over }])
      .trimEnd()
      .split('HKD')
      .slice(1)
      .join('HKD')
      .trim();

  test('says between which bounds the credit lies, where the edges of outages leave it open', () => {
    const bounds = {
      ...{ availabilityLowPercent: '99.8999', availabilityHighPercent: '99.9000' },
      ...{ creditLow: '0.00', creditHigh: '500.00' },
    };
    expect(note({})).toBe('');
    expect(note({ bounds })).toBe('by the edges 99.8999 to 99.9000 %, 0.00 to 500.00 HKD');
    expect(note({ bounds: { ...bounds, creditHigh: '0.00' } })).toBe('');
  });

  test('names the ports that nobody watched', () => {
    expect(note({ complete: false, unwatchedPorts: ['HKG', 'SIN'] })).toBe(
      'incomplete; nobody watched HKG, SIN',
    );
  });
});
