import type { Interval } from '../time/intervals.js';
import type { EpochMs, PopId } from '../types.js';
import type { AttachmentRef, LedgerEvent, OutageRef } from './actions.js';

/** A word of the NOC on an outage, as it was given. */
export interface Correction {
  readonly id: string;
  readonly does: 'add' | 'correct' | 'void';
  readonly actor: string;
  readonly at: EpochMs;
  readonly reason: string;
  readonly evidence: string | null;
  readonly attachments: readonly AttachmentRef[];
  /** Null: the outage counts for nothing. */
  readonly interval: Interval | null;
}

/** An outage that was written by hand, with all that was said of it since. */
export interface AddedOutage {
  readonly id: string;
  readonly port: PopId;
  readonly corrections: readonly [Correction, ...Correction[]];
}

/** Everything that was ever entered by hand. */
export interface HandMade {
  readonly added: readonly AddedOutage[];
  /** What was said of measured rows, in its order, by `refKey`. */
  readonly ofMeasured: ReadonlyMap<string, readonly Correction[]>;
}

/** The name of an outage: `SIN@HKG/1791000000000` as HKG measured it, or `C7` as it was added. */
export const refKey = (ref: OutageRef): string =>
  'added' in ref ? ref.added : `${ref.port}@${ref.observer}/${ref.start}`;

export function parseRef(text: string): OutageRef | null {
  if (/^C[1-9]\d{0,14}$/.test(text)) return { added: text };
  const match = /^([A-Za-z0-9_.-]{1,32})@([A-Za-z0-9_.-]{1,32})\/(\d{1,15})$/.exec(text);
  if (!match?.[1] || !match[2]) return null;
  return { port: match[1], observer: match[2], start: Number(match[3]) };
}

/** The corrections of a history, laid beside what they speak of. */
export function foldCorrections(events: readonly LedgerEvent[]): HandMade {
  const added = new Map<string, { port: PopId; corrections: [Correction, ...Correction[]] }>();
  const ofMeasured = new Map<string, Correction[]>();
  for (const { action, actor, at } of events) {
    if (!action.type.startsWith('outage-') || !('evidence' in action)) continue;
    const { id, reason, evidence, attachments } = action;
    const said = { id, actor, at, reason, evidence, attachments };
    if (action.type === 'outage-added') {
      const interval = { from: action.from, to: action.to };
      added.set(id, { port: action.port, corrections: [{ ...said, does: 'add', interval }] });
      continue;
    }
    const correction: Correction =
      action.type === 'outage-voided'
        ? { ...said, does: 'void', interval: null }
        : { ...said, does: 'correct', interval: { from: action.from, to: action.to } };
    if ('added' in action.of) added.get(action.of.added)?.corrections.push(correction);
    else {
      const key = refKey(action.of);
      ofMeasured.set(key, [...(ofMeasured.get(key) ?? []), correction]);
    }
  }
  return { added: [...added].map(([id, rest]) => ({ id, ...rest })), ofMeasured };
}

/** The last word counts. */
export const lastWord = (corrections: readonly Correction[]): Correction | null => corrections.at(-1) ?? null;
