import type { EpochMs } from '../types.js';
import type { PortWatch } from './port.js';
import { atOnceMs, type WatchRules } from './rules.js';

/**
 * Since when the observer is cut off, by what it knows of its references; null when it is not. It is when all of them
 * are silent and at least two (or the only one) fell silent at once: those that were down before say nothing.
 * The instant is the last at which a reference is known to have been reached.
 */
export function isolatedSince(rules: WatchRules, references: readonly PortWatch[]): EpochMs | null {
  const starts = references.flatMap(({ standing, outage }) =>
    standing === 'down' && outage ? [outage.start.at] : [],
  );
  if (starts.length === 0 || starts.length < references.length) return null;
  const latest = Math.max(...starts);
  const atOnce = starts.filter((start) => start >= latest - atOnceMs(rules));
  if (atOnce.length < Math.min(2, references.length)) return null;
  const reached = references.flatMap(({ lastAnsweredAt }) => lastAnsweredAt ?? []);
  return reached.length > 0 ? Math.max(...reached) : Math.min(...starts);
}

/**
 * When the references are reached again, by the sending times of the echoes that they answered since then; null: not
 * yet. A single answer does not do: as many as make a port up, close together.
 */
export function reachedAgainAt(rules: WatchRules, answeredAt: readonly EpochMs[]): EpochMs | null {
  const sorted = [...answeredAt].sort((a, b) => a - b);
  const spanMs = atOnceMs(rules);
  for (const [index, first] of sorted.entries()) {
    const nth = sorted[index + rules.recovery - 1];
    if (nth !== undefined && nth - first <= spanMs) return first;
  }
  return null;
}
