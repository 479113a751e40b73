import { describe, expect, test } from 'vitest';
import { divideHalfUp, formatLoss, formatMs, lossPpm, meanUs } from '../../src/render/figures.js';

describe('figures', () => {
  test('are rounded half-up, once', () => {
    expect(divideHalfUp(7, 2)).toBe(4);
    expect(divideHalfUp(5, 4)).toBe(1);
    expect(divideHalfUp(1_000_000_000_000_001, 2)).toBe(500_000_000_000_001);
    expect(meanUs({ rttSumUs: 100_001, received: 2 })).toBe(50_001);
    expect(lossPpm({ sent: 3, received: 2 })).toBe(333_333);
    expect(lossPpm({ sent: 3, received: 1 })).toBe(666_667);
  });

  test('are null where nothing was measured, never zero', () => {
    expect(meanUs({ rttSumUs: 0, received: 0 })).toBeNull();
    expect(lossPpm({ sent: 0, received: 0 })).toBeNull();
    expect(formatMs(null)).toBe('-');
    expect(formatLoss({ sent: 0, received: 0 })).toBe('-');
  });

  test.each([
    [0, '0.000'],
    [7, '0.007'],
    [1_005, '1.005'],
    [35_030, '35.030'],
    [1_999_999, '1999.999'],
  ])('%i µs print as %s ms', (us, text) => {
    expect(formatMs(us)).toBe(text);
  });

  test.each([
    [100, 100, '0.00%'],
    [100, 99, '1.00%'],
    [3, 1, '66.67%'],
    [100, 0, '100.00%'],
    // Neither a loss nor a reply may vanish by rounding.
    [100_000, 99_999, '<0.01%'],
    [100_000, 1, '>99.99%'],
  ])('%i sent and %i received print as %s', (sent, received, text) => {
    expect(formatLoss({ sent, received })).toBe(text);
  });
});
