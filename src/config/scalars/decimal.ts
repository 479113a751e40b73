import { scalar, quantity, wrong } from './scalar.js';

/** A latency in milliseconds, kept as the decimal that was written: `35ms` → `35`. */
export const latency = () =>
  quantity('milliseconds above 0 with up to three decimals, such as 35ms or 12.5ms', (text) => {
    const match = /^(\d{1,6}(?:\.(\d+))?) ?ms$/.exec(text.trim());
    if (!match?.[1]) {
      return wrong(/^-?[\d.]+$/.test(text) ? 'has no unit' : 'is not a latency in milliseconds');
    }
    if ((match[2] ?? '').length > 3) return wrong('has more than three decimals');
    return Number(match[1]) === 0 ? wrong('is not above 0') : match[1];
  });

/** A share of one: `0.01` or `1%`. */
export const ratio = () =>
  scalar('a number from 0 to 1, or a percentage such as 1%', (input) => {
    const percent = typeof input === 'string' ? /^(\d{1,3}(?:\.\d+)?) ?%$/.exec(input)?.[1] : undefined;
    const value = percent === undefined ? input : Number(`${percent}e-2`);
    if (typeof value !== 'number' || Number.isNaN(value)) return wrong('is not a share');
    return value < 0 || value > 1 ? wrong('is out of range') : value;
  });
