import type { EpochMs } from '../core/types.js';

/** `2026-10-11T00:00:00Z`; milliseconds only where there are any. */
export function isoInstant(at: EpochMs): string {
  return new Date(at).toISOString().replace('.000Z', 'Z');
}

/** `2026-10-11 00:00`, in UTC; seconds only where there are any (a round that was asked for by hand). */
export function tableInstant(at: EpochMs): string {
  const text = new Date(at).toISOString().slice(0, 19).replace('T', ' ');
  return text.endsWith(':00') ? text.slice(0, 16) : text;
}
