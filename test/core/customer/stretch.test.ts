import { expect, test } from 'vitest';
import { type Service, serviceTermsIn } from '../../../src/core/customer/book.js';

const service = (customer: string, start: string, end: string | null): Service => ({
  id: 'v',
  customer,
  site: customer,
  start,
  end,
  terms: [],
});

test('an id is whose it was in the month, its first days and its last included', () => {
  const services = [service('a', '2026-01-01', '2026-06-02'), service('b', '2026-07-31', null)];
  const owner = (month: string) => serviceTermsIn(services, 'v', month)?.customer;
  expect(['2026-01', '2026-06', '2026-07', '2030-01'].map(owner)).toEqual(['a', 'a', 'b', 'b']);
  // On the first of June it was over: nobody has it in June, nor before it began.
  expect(
    serviceTermsIn([service('a', '2026-01-01', '2026-06-01'), ...services.slice(1)], 'v', '2026-06'),
  ).toMatchObject({ customer: 'a' });
  expect(owner('2025-12')).toBe('a');
  expect(serviceTermsIn(services, 'w', '2026-01')).toBeNull();
});
