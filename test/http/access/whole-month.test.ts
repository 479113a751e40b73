import { expect, test } from 'vitest';
import { hasFullMonthAccess } from '../../../src/http/access/month-access.js';

const caller = (amountsFrom: string, amountsTo: string) => ({
  sees: () => true,
  seesAmounts: (_customer: string, day: string) => amountsFrom <= day && day < amountsTo,
});

test.each([
  ['2026-10-01', '2026-11-01', true],
  ['2026-10-02', '2026-11-01', false],
  ['2026-10-01', '2026-10-31', false],
  ['2026-10-15', '2026-10-16', false],
  ['2026-01-01', '2027-01-01', true],
])('amounts seen from %s to before %s: of October as a whole %s', (from, to, whole) => {
  expect(hasFullMonthAccess(caller(from, to), 'bank', '2026-10')).toBe(whole);
  expect(hasFullMonthAccess({ ...caller(from, to), sees: () => false }, 'bank', '2026-10')).toBe(false);
});
