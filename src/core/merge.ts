import type { MissingSummary, RoundSummary } from './measurement/figures.js';
import type { PathTrace } from './trace/trace.js';
import type { Blind, BlindTime, ObservedOutage, OutageEdge, StateChange, WatchSpan } from './watch/outage.js';

/** A round as a store keeps it: its figures counted, its packets in the bytes that they are kept in. */
export interface StoredRound extends RoundSummary {
  /** Null when the retention of its packets has passed. */
  readonly packed: Uint8Array | null;
}

/** What a store keeps of a (path, slot). */
export type StoredSlot = StoredRound | MissingSummary;

/**
 * Whether `next` takes the place of `held`, both of one (path, slot). One measurement is never written twice with
 * different figures, so this decides between what an agent knew before it lost its disk and after: what was measured
 * goes before a mark, packets before none, and then what comes first. A total order: whatever comes when, and how often,
 * the same one stays.
 */
export function supersedes(next: StoredSlot, held: StoredSlot): boolean {
  const order = rank(next) - rank(held) || compare(text(held), text(next));
  return order > 0;
}

const rank = (slot: StoredSlot): number => (slot.status === 'missing' ? 0 : slot.packed === null ? 1 : 2);

/** Every field by name, the earliest start first. */
function text(slot: StoredSlot): string {
  if (slot.status === 'missing') return slot.reason;
  const { startedAt, packed, ...rest } = slot;
  const fields = Object.entries({ ...rest, packed: packed === null ? '' : [...packed].join() });
  return `${String(startedAt).padStart(17, '0')} ${JSON.stringify(fields.sort(([a], [b]) => compare(a, b)))}`;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * Two states of one row of a watch, in whatever order they came: what stays. Each is commutative, associative and
 * idempotent, so that rows delivered late, twice or in any order end as their observer left them.
 */

/** Void goes before ended, ended before lasting, later before earlier; what was inferred in either stays. */
export function mergeOutages(a: ObservedOutage, b: ObservedOutage): ObservedOutage {
  const [first, other] = compareOutages(a, b) >= 0 ? [a, b] : [b, a];
  return { ...first, inferred: mergeInferred(first.inferred, other.inferred) };
}

/** Closed before open, and the later end. */
export function mergeBlind(a: BlindTime, b: BlindTime): BlindTime {
  return compareNumbers(a.to, b.to) >= 0 ? a : b;
}

/** A span only grows. */
export function mergeSpans(a: WatchSpan, b: WatchSpan): WatchSpan {
  return a.to >= b.to ? a : b;
}

/** A change is written once; should its reasons differ, the first by the alphabet. */
export function mergeStates(a: StateChange, b: StateChange): StateChange {
  return (a.reason ?? '') <= (b.reason ?? '') ? a : b;
}

/** A trace is written once; should two differ, the one that says more. */
export function mergeTraces(a: PathTrace, b: PathTrace): PathTrace {
  const [first, other] = [JSON.stringify(a.runs), JSON.stringify(b.runs)];
  return first.length > other.length || (first.length === other.length && first >= other) ? a : b;
}

function compareOutages(a: ObservedOutage, b: ObservedOutage): number {
  return (
    compareNumbers(a.voided?.at ?? null, b.voided?.at ?? null) ||
    compareNumbers(a.closedAt, b.closedAt) ||
    compareEdges(a.end, b.end) ||
    compareText(a.voided?.reason ?? '', b.voided?.reason ?? '') ||
    // Nothing of these ever changes; were they to differ, one of them must win all the same.
    compareNumbers(a.openedAt, b.openedAt) ||
    compareEdges(a.start, b.start)
  );
}

function mergeInferred(a: readonly Blind[], b: readonly Blind[]): readonly Blind[] {
  const byStart = new Map<number, Blind>();
  for (const time of [...a, ...b]) {
    const held = byStart.get(time.from);
    const isLater = held && (compareNumbers(time.to, held.to) || compareText(time.reason, held.reason)) > 0;
    if (!held || isLater) byStart.set(time.from, time);
  }
  return [...byStart.values()].sort((one, other) => one.from - other.from);
}

function compareEdges(a: OutageEdge | null, b: OutageEdge | null): number {
  return (
    compareNumbers(a?.at ?? null, b?.at ?? null) ||
    compareNumbers(a?.earliest ?? null, b?.earliest ?? null) ||
    compareNumbers(a?.latest ?? null, b?.latest ?? null)
  );
}

/** Null, which stands for "not yet", comes first. */
const compareNumbers = (a: number | null, b: number | null): number =>
  (a ?? -Infinity) === (b ?? -Infinity) ? 0 : (a ?? -Infinity) < (b ?? -Infinity) ? -1 : 1;

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
