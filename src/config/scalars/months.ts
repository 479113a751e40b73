import { quantity, wrong } from './scalar.js';

const expression = /^(\d{1,6}) ?(mo|month|months|y|year|years)$/;

export const formatMonths = (months: number): string => `${months} ${months === 1 ? 'month' : 'months'}`;

/** A number of calendar months: `13 months`, `13mo`, `3 years`. */
export const months = (least: number, most: number) =>
  quantity(`from ${formatMonths(least)} to ${formatMonths(most)} (units: mo, months, y, years)`, (text) => {
    if (/^\d+$/.test(text)) return wrong('has no unit');
    const match = expression.exec(text.trim());
    if (!match?.[1] || !match[2]) return wrong('is not a number of months');
    const count = Number(match[1]) * (match[2].startsWith('y') ? 12 : 1);
    return count < least || count > most ? wrong('is out of range') : count;
  });
