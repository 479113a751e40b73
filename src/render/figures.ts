import { printableLine } from '../core/text/control-characters.js';
import type { EpochMs } from '../core/types.js';

/** Figures in integers only: what is printed is what was counted, rounded once. */

/** `numerator / denominator`, halves up, for non-negative integers below 2^52. */
export function divideHalfUp(numerator: number, denominator: number): number {
  const rest = numerator % denominator;
  return (numerator - rest) / denominator + (2 * rest >= denominator ? 1 : 0);
}

/** The mean RTT in whole microseconds; null when nothing was received. */
export function meanUs(counts: { readonly rttSumUs: number; readonly received: number }): number | null {
  return counts.received === 0 ? null : divideHalfUp(counts.rttSumUs, counts.received);
}

interface SentAndReceived {
  readonly sent: number;
  readonly received: number;
}

/** Lost over sent in whole parts per million; null when nothing was sent. */
export function lossPpm({ sent, received }: SentAndReceived): number | null {
  return sent === 0 ? null : divideHalfUp((sent - received) * 1_000_000, sent);
}

/** Microseconds as milliseconds with three decimals; `-` for null. */
export function formatMs(us: number | null): string {
  if (us === null) return '-';
  const rest = us % 1000;
  return `${(us - rest) / 1000}.${String(rest).padStart(3, '0')}`;
}

/**
 * Lost over sent in percent with two decimals; `-` when nothing was sent. A loss is never printed as none, nor a
 * reply as none: `<0.01%`, `>99.99%`.
 */
export function formatLoss({ sent, received }: SentAndReceived): string {
  if (sent === 0) return '-';
  const hundredths = divideHalfUp((sent - received) * 10_000, sent);
  if (hundredths === 0 && received < sent) return '<0.01%';
  if (hundredths === 10_000 && received > 0) return '>99.99%';
  const rest = hundredths % 100;
  return `${(hundredths - rest) / 100}.${String(rest).padStart(2, '0')}%`;
}

/** `2026-10-11T00:00:00Z`; milliseconds only where there are any. */
export function isoInstant(at: EpochMs): string {
  return new Date(at).toISOString().replace('.000Z', 'Z');
}

/** `2026-10-11 00:00`, in UTC; seconds only where there are any (a round that was asked for by hand). */
export function tableInstant(at: EpochMs): string {
  const text = new Date(at).toISOString().slice(0, 19).replace('T', ' ');
  return text.endsWith(':00') ? text.slice(0, 16) : text;
}

/** What comes from outside (a reason, a name) can't break the table or steer the terminal. */
export const oneLine = (text: string): string => printableLine(text.replace(/[\t-\r\u2028\u2029]+/g, ' '));
