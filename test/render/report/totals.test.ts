import { describe, expect, test } from 'vitest';
import { totalsBy, totalsOf } from '../../../src/render/report/blocks.js';
import { draft, everything, quiet, reportOf, sealed, single, split, statement } from './documents.js';

describe('totals', () => {
  test('one for each currency, exact, and unknown where one of them is', () => {
    expect(totalsOf([single, split, draft])).toEqual([
      { currency: 'HKD', statements: 2, rent: '28129.03', credit: '1806.45', tax: '149.15', net: '1657.30' },
      { currency: 'JPY', statements: 1, rent: '150000', credit: '0', tax: null, net: null },
    ]);
    expect(totalsOf([single, quiet])[0]).toMatchObject({ credit: '1200.00', tax: null, net: null });
    expect(totalsOf([])).toEqual([]);
  });

  test('no binary fraction has a part in them', () => {
    const dime = statement({
      total: { rent: '90071992547409930.10', credit: '0.10', tax: '0.01', net: '0.09', taxRatePercent: '9' },
    });
    expect(totalsOf([dime, dime, dime])[0]).toMatchObject({ rent: '270215977642229790.30', credit: '0.30' });
  });

  test('what is no amount of its currency is a defect', () => {
    const wrong = statement({ currency: 'JPY', total: { ...single.total, rent: '1.50' } });
    expect(() => totalsOf([wrong])).toThrow('1.50 is no amount in JPY');
  });

  test('a service counts for every seller above its customer', () => {
    const groups = totalsBy(reportOf(everything), ({ sellers }) => sellers);
    expect(groups.map(({ id, services }) => [id, services])).toEqual([
      ['lion-networks', ['harbour-bank-backbone', 'harbour-bank-branch']],
      ['pacific-wholesale', ['tea-house-kyoto', 'harbour-bank-backbone', 'harbour-bank-branch']],
    ]);
    expect(groups[1]?.totals.map(({ currency, credit }) => [currency, credit])).toEqual([
      ['HKD', '1806.45'],
      ['JPY', '0'],
    ]);
    expect(totalsBy(reportOf([sealed(quiet)]), ({ sellers }) => sellers)).toEqual([]);
  });
});
