import type { MissingSummary, RoundSummary } from './measurement/figures.js';
import type { MissingReason } from './measurement/round.js';
import type { EpochMs } from './types.js';
import type { PathTrace } from './trace/trace.js';
import type { Blind, BlindTime, ObservedOutage, OutageEdge, StateChange, WatchSpan } from './watch/outage.js';

/** A round as stored: with its figures counted, and its packets in compressed form. */
export interface StoredRound extends RoundSummary {
  /** The compressed packets; null after their retention period. */
  readonly packed: Uint8Array | null;
}

/** The stored row of a (path, slot). */
export type StoredSlot = StoredRound | MissingSummary;

type Named = Pick<RoundSummary, 'status' | 'reason'>;

/** How the reason of a round begins whose slot had a round already that a clock which was ahead had named. */
const measuredAgain = 'marked: measured again';

/** The round as it is stored in the place of one that a clock which was ahead had given this name. */
export function asReplacement<Of extends Named>(round: Of): Of {
  const why = `${measuredAgain}, because a clock that was ahead had given this slot to another round`;
  return Object.assign({}, round, { reason: round.reason === null ? why : `${why}: ${round.reason}` });
}

/** The round as it is stored beside the one that has its slot: it belongs to no month, and no packet of it is lost. */
export function asUnscheduled<Of extends Named & { readonly slot: EpochMs }>(
  round: Of,
  slot: EpochMs,
  why: string,
): Of {
  const what = `marked: the slot ${new Date(round.slot).toISOString()} ${why}; this one was ${round.status}`;
  const reason = round.reason === null ? what : `${what}: ${round.reason}`;
  return Object.assign({}, round, { slot, status: 'unscheduled', reason });
}

/** Whether both are one measurement, whatever its slot and status are called: every figure is the same. */
export function isSameMeasurement(a: RoundSummary, b: RoundSummary): boolean {
  return measurementOf(a) === measurementOf(b);
}

function measurementOf({
  path,
  startedAt,
  endedAt,
  address,
  sizes,
  provenance,
  icmpErrors,
}: RoundSummary): string {
  const { calibration, ...how } = provenance;
  const errors = (icmpErrors ?? []).map(fieldsOf);
  const stamps = [fieldsOf(how), calibration?.p50Us, calibration?.p99Us];
  return JSON.stringify([path, startedAt, endedAt, address, stamps, sizes.map(fieldsOf), errors]);
}

/**
 * Whether `next` replaces `held`, both of one (path, slot). A measurement is never written twice with different
 * figures, so this only decides between rows that an agent sent before and after it lost its disk, or before and after
 * its clock was set back. A measurement beats a missing mark, one that was made again under the right name beats one
 * that a clock which was ahead had named, a row with packets beats one without, and otherwise the earlier one wins. Of two
 * marks the one that knows more wins. It is a total order, so the result does not depend on the order or number of
 * deliveries.
 */
export function supersedes(next: StoredSlot, held: StoredSlot): boolean {
  const order = rank(next) - rank(held) || compare(text(held), text(next));
  return order > 0;
}

/**
 * How much each reason of a mark tells. A mark that was made while the clock was wrong and was taken back says
 * `clock-stepped` or, of a start, `crashed`: whatever else was found out of the slot later is truer. A process that
 * wrote when it stopped, or saw by the monotonic clock that it did not run, knows more than one that left nothing; and
 * of a slot that has overrun, or whose round the store refused, a daemon was there.
 */
const reasonsByWorth: readonly MissingReason[] = [
  'unknown',
  'clock-stepped',
  'crashed',
  'stopped',
  'asleep',
  'paused',
  'overrun',
  'store',
];

/** Whether a mark of this reason tells more than one of the other. */
export const tellsMore = (reason: MissingReason, than: MissingReason): boolean =>
  reasonsByWorth.indexOf(reason) > reasonsByWorth.indexOf(than);

function rank(slot: StoredSlot): number {
  if (slot.status === 'missing') return reasonsByWorth.indexOf(slot.reason) - reasonsByWorth.length;
  return (slot.packed === null ? 1 : 2) + (slot.reason?.startsWith(measuredAgain) === true ? 2 : 0);
}

/** Every field by name, with the start first so that the earliest wins. */
function text(slot: StoredSlot): string {
  if (slot.status === 'missing') return slot.reason;
  const { startedAt, packed, ...rest } = slot;
  const fields = fieldsOf({ ...rest, packed: packed === null ? '' : [...packed].join() });
  return `${String(startedAt).padStart(17, '0')} ${JSON.stringify(fields)}`;
}

/** Every field by name, in the order of their names. */
const fieldsOf = (value: object): (readonly [string, unknown])[] =>
  Object.entries(value).sort(([a], [b]) => compare(a, b));

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * Merges of two states of one watch row. Each is commutative, associative and idempotent, so rows that arrive late,
 * twice or in any order converge to the state at their observer.
 */

/** Voided beats ended, ended beats lasting, later beats earlier; inferred time of both is united. */
export function mergeOutages(a: ObservedOutage, b: ObservedOutage): ObservedOutage {
  const [first, other] = compareOutages(a, b) >= 0 ? [a, b] : [b, a];
  return { ...first, inferred: mergeInferred(first.inferred, other.inferred) };
}

/** Closed beats open; otherwise the later end wins. */
export function mergeBlind(a: BlindTime, b: BlindTime): BlindTime {
  return compareNumbers(a.to, b.to) >= 0 ? a : b;
}

/** A span only grows, so the state with the later end is the newer one. */
export function mergeSpans(a: WatchSpan, b: WatchSpan): WatchSpan {
  return a.to >= b.to ? a : b;
}

/** A change is written once; if its reasons differ, the alphabetically first one is taken. */
export function mergeStates(a: StateChange, b: StateChange): StateChange {
  return (a.reason ?? '') <= (b.reason ?? '') ? a : b;
}

/** A trace is written once; if two differ, the one with more detail is taken. */
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
    // These fields never change; if they differ all the same, the comparison still needs a winner.
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

/** Null means "not yet" and sorts first. */
const compareNumbers = (a: number | null, b: number | null): number =>
  (a ?? -Infinity) === (b ?? -Infinity) ? 0 : (a ?? -Infinity) < (b ?? -Infinity) ? -1 : 1;

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
