import { mostCharacters } from '../text/limits.js';
import type { Interval } from '../time/intervals.js';
import type { EpochMs, PopId } from '../types.js';
import type { AttachmentRef, LedgerEvent, OutageRef } from './actions.js';
import { type Refusal, refusal } from './errors.js';

/** A correction that the NOC entered for an outage. */
export interface Correction {
  readonly id: string;
  readonly does: 'add' | 'correct' | 'void';
  readonly actor: string;
  readonly at: EpochMs;
  readonly reason: string;
  readonly evidence: string | null;
  readonly attachments: readonly AttachmentRef[];
  /** Null: the outage does not count. */
  readonly interval: Interval | null;
}

/** An outage entered by hand, with its later corrections. */
interface AddedOutage {
  readonly id: string;
  readonly port: PopId;
  readonly corrections: readonly [Correction, ...Correction[]];
}

/** All outages and corrections entered by hand. */
export interface HandMade {
  readonly added: readonly AddedOutage[];
  /** Corrections of measured outages, in the order of entry, by `refKey`. */
  readonly ofMeasured: ReadonlyMap<string, readonly Correction[]>;
}

/** The id of an outage: `SIN@HKG/1791000000000` as measured by HKG, or `C7` when added by hand. */
export const refKey = (ref: OutageRef): string =>
  'added' in ref ? ref.added : `${ref.port}@${ref.observer}/${ref.start}`;

export function parseRef(text: string): OutageRef | null {
  if (/^C[1-9]\d{0,14}$/.test(text)) return { added: text };
  const match = /^([A-Za-z0-9_.-]{1,32})@([A-Za-z0-9_.-]{1,32})\/(\d{1,15})$/.exec(text);
  if (!match?.[1] || !match[2]) return null;
  return { port: match[1], observer: match[2], start: Number(match[3]) };
}

/** Collects the corrections in a ledger by the outage that they refer to. */
export function foldCorrections(events: readonly LedgerEvent[]): HandMade {
  const added = new Map<string, { port: PopId; corrections: [Correction, ...Correction[]] }>();
  const ofMeasured = new Map<string, Correction[]>();
  for (const { action, actor, at } of events) {
    if (!action.type.startsWith('outage-') || !('evidence' in action)) continue;
    const { id, reason, evidence, attachments } = action;
    const entry = { id, actor, at, reason, evidence, attachments };
    if (action.type === 'outage-added') {
      const interval = { from: action.from, to: action.to };
      added.set(id, { port: action.port, corrections: [{ ...entry, does: 'add', interval }] });
      continue;
    }
    const correction: Correction =
      action.type === 'outage-voided'
        ? { ...entry, does: 'void', interval: null }
        : { ...entry, does: 'correct', interval: { from: action.from, to: action.to } };
    if ('added' in action.of) added.get(action.of.added)?.corrections.push(correction);
    else {
      const key = refKey(action.of);
      ofMeasured.set(key, [...(ofMeasured.get(key) ?? []), correction]);
    }
  }
  return { added: [...added].map(([id, rest]) => ({ id, ...rest })), ofMeasured };
}

/** The correction in effect: the latest one; null when there is none. */
export const lastWord = (corrections: readonly Correction[]): Correction | null => corrections.at(-1) ?? null;

const dayMs = 86_400_000;
const longestDays = 366;
const most = 1000;
/** The latest instant that a date can represent: 8.64e15 ms. */
const lastInstant = 8_640_000_000_000_000;

/** Errors of intervals by themselves: they must be bounded, have a positive length and be disjoint. */
export function intervalFaults(intervals: readonly Interval[]): Refusal[] {
  const faults: Refusal[] = [];
  if (intervals.length === 0) faults.push(refusal('from', 'missing', { is: 'interval' }));
  if (intervals.length > most) faults.push(refusal('intervals', 'too-many', intervals.length, most));
  for (const [index, { from, to }] of intervals.entries()) {
    if (!isInstant(from)) faults.push(refusal('from', 'unbounded'));
    else if (!isInstant(to)) faults.push(refusal('to', 'unbounded'));
    else if (from >= to) faults.push(refusal('to', 'not-after-from', from, to));
    else if (to - from > longestDays * dayMs)
      faults.push(refusal('to', 'too-far', Math.ceil((to - from) / dayMs), longestDays));
    const before = intervals[index - 1];
    if (before && before.to > from) faults.push(refusal('from', 'out-of-order', before.to));
  }
  return faults;
}

const isInstant = (at: EpochMs): boolean => Number.isSafeInteger(at) && Math.abs(at) <= lastInstant;

/** The error for an interval that must not extend into the future; null when it does not. */
export function futureFault({ to }: Interval, now: EpochMs, what: string): Refusal | null {
  if (to <= now) return null;
  return refusal('to', 'not-over', what, to, now);
}

export const touches = (a: Interval, b: Interval): boolean => a.from < b.to && b.from < a.to;

/** An outage as it counts now, with its latest correction applied. */
export interface CountedOutage {
  readonly ref: string;
  readonly port: PopId;
  /** Null: it was added by hand. */
  readonly observer: PopId | null;
  /** `to` null: it lasts. */
  readonly from: EpochMs;
  readonly to: EpochMs | null;
}

interface CorrectionContext {
  readonly now: EpochMs;
  readonly pops: readonly PopId[];
  /** Only those that count. */
  readonly outages: readonly CountedOutage[];
}

export interface CorrectionText {
  readonly port: PopId;
  /** The outage that is corrected; null: a new one. */
  readonly of: string | null;
  /** Null: the outage shall not count. */
  readonly interval: Interval | null;
  readonly reason: string;
  readonly evidence: string | null;
}

/** Refuses what nobody reads: at every entry alike, and only when it is entered. */
export const lengthFaults = (
  texts: Readonly<Record<string, string | null>>,
  most: number = mostCharacters.text,
): Refusal[] =>
  Object.entries(texts).flatMap(([field, text]) =>
    text !== null && text.length > most ? [refusal(field, 'too-long', text.length, most, 'text')] : [],
  );

/** All errors of an outage that is added, corrected or voided by hand. */
export function correctionFaults(text: CorrectionText, context: CorrectionContext): Refusal[] {
  const { port, of, interval, reason, evidence } = text;
  const { now, pops, outages } = context;
  const faults: Refusal[] = [];
  if (!pops.includes(port)) faults.push(refusal('port', 'not-known', port, 'port', pops));
  if (reason.trim() === '') faults.push(refusal('reason', 'missing', { is: 'reason' }));
  faults.push(...lengthFaults({ reason, evidence }));
  if (interval === null) {
    if (!outages.some(({ ref }) => ref === of)) faults.push(refusal('of', 'counts-for-nothing'));
    return faults;
  }
  const shape = intervalFaults([interval]);
  if (shape.length > 0) return [...faults, ...shape];
  const future = futureFault(interval, now, 'an outage');
  if (future) faults.push(future);
  // Each observer has its own row for the same outage, so a correction of one row does not conflict with the other's.
  const witness = outages.find(({ ref }) => ref === of)?.observer ?? null;
  const anotherWitness = ({ observer }: CountedOutage): boolean =>
    witness !== null && observer !== null && observer !== witness;
  const other = outages.find(
    (each) =>
      each.port === port &&
      each.ref !== of &&
      !anotherWitness(each) &&
      touches({ from: each.from, to: each.to ?? Infinity }, interval),
  );
  if (other) faults.push(refusal('from', 'overlaps', other.ref, { from: other.from, to: other.to ?? now }));
  return faults;
}
