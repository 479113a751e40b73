import { describe, expect, test } from 'vitest';
import {
  availabilityTable,
  type AvailabilityView,
  outageJson,
  outagesTable,
} from '../../../src/render/ledger.js';
import { october, outage } from '../../support/ledger.js';

describe('the table of outages', () => {
  test('shows what of an outage was inferred apart', () => {
    const measured = {
      ...outage('SIN', october, october + 100_000),
      inferred: [{ from: october + 10_000, to: october + 30_500, reason: 'crashed' as const }],
    };
    const counts = { from: october, to: october + 100_000 };
    const shown = outagesTable([{ ref: 'r', port: 'SIN', measured, corrections: [], counts }]);
    expect(shown).toMatch(/ 100\.000 +- +inferred 20\.500 s of it: crashed\n$/);
  });
});

describe('an outage that was voided before its end was seen', () => {
  const lasting = { ...outage('SIN', october, october + 100_000), end: null, closedAt: null };
  const voided = { at: october + 50_000, reason: 'isolated' as const };

  test('does not last', () => {
    const shown = outagesTable([
      { ref: 'r', port: 'SIN', measured: { ...lasting, voided }, corrections: [], counts: null },
    ]);
    expect(shown).toMatch(/Z +void +- +- +counts for nothing; voided: isolated/);
    expect(shown).not.toContain('lasts');
  });

  test('by hand does not last either; one that counts does', () => {
    const view = { ref: 'r', port: 'SIN', measured: lasting, corrections: [] };
    expect(outagesTable([{ ...view, counts: null }])).not.toContain('lasts');
    expect(outagesTable([{ ...view, counts: { from: october, to: null } }])).toContain('lasts');
  });
});

describe('what an outage was', () => {
  const base = { down: ['HKG'], up: ['FRA', 'LAX'], blind: [], needed: 2, paths: [], alive: null };

  test.each([
    [{ ...base, cause: 'path', paths: ['HKG>SIN'] }, 'failed path: HKG>SIN; FRA, LAX reached SIN'],
    [{ ...base, cause: 'port', down: ['FRA', 'HKG'], up: ['LAX'] }, 'failed port: 2 of 3 saw it down'],
    [
      { ...base, cause: 'pop', alive: false, up: [] },
      'failed PoP: 1 of 1 saw it down, and its agent reached nobody',
    ],
    [
      { ...base, cause: 'isolated-agent', up: ['A', 'B', 'C', 'D', 'E', 'F'] },
      'isolated agent: A, B, C, D and 2 more reached SIN',
    ],
    [{ ...base, cause: 'isolated-agent', up: [] }, 'isolated agent'],
    [{ ...base, cause: 'unconfirmed', up: [] }, 'unconfirmed: nobody else watches it'],
    [{ ...base, cause: 'unconfirmed', up: [], blind: ['FRA'] }, 'unconfirmed: nobody else could say'],
  ] as const)('is said in a few words', (attribution, words) => {
    const measured = outage('SIN', october, october + 100_000);
    const counts = { from: october, to: october + 100_000 };
    const view = { ref: 'r', port: 'SIN', measured, corrections: [], counts, attribution };
    expect(outagesTable([view])).toContain(words);
    expect(outageJson(view)).toMatchObject({ attribution });
  });
});

describe('the table of a month', () => {
  const view: AvailabilityView = {
    id: 's',
    class: 'single',
    period: { from: '2026-10-01' },
    complete: true,
    availabilityPercent: '99.9000',
    availabilityLowerBoundPercent: '99.9000',
    toDate: null,
    observedPercent: '100.00',
    commitmentPercent: '99.9',
    met: true,
    unavailableMs: 2_678_400,
    excusedMs: 0,
    unobservedMs: 0,
    rent: { currency: 'HKD' },
    credit: { amount: '0.00' },
    bounds: null,
    unwatchedPorts: [],
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
      availabilityLowPercent: '99.8999',
      availabilityHighPercent: '99.9000',
      creditLow: '0.00',
      creditHigh: '500.00',
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

  const cells = (over: Partial<AvailabilityView>): string[][] =>
    availabilityTable([{ ...view, ...over }])
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/  +/));

  test('says what an availability is at least, how much was observed, and never "met" of what is not shown', () => {
    const unwatched = { availabilityLowerBoundPercent: '0.0000', observedPercent: '0.00', met: null };
    const [head = [], row = []] = cells({ ...unwatched, availabilityPercent: '100.0000' });
    expect(head.slice(3, 7)).toEqual(['%', 'AT LEAST', 'OBSERVED %', 'PROMISED']);
    expect(row.slice(3, 8)).toEqual(['100.0000', '0.0000', '0.00', '99.9', 'not shown']);
  });

  test('has both availabilities of a month that is not over, each by its name', () => {
    const toDate = { availabilityPercent: '99.7000', availabilityLowerBoundPercent: '98.0000' };
    const [head = [], row = []] = cells({ toDate });
    expect(head.slice(3, 8)).toEqual(['SO FAR %', 'AT LEAST', 'WHOLE MONTH %', 'AT LEAST', 'OBSERVED %']);
    expect(row.slice(3, 8)).toEqual(['99.7000', '98.0000', '99.9000', '99.9000', '100.00']);
  });
});
