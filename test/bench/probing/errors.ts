import type { TruthLine } from '../../lab/truth.js';
import type { Measured } from './field.js';

/** A measured RTT less the true one, microseconds. */
export interface ErrorSummary {
  readonly packets: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly worst: number;
}

/** By magnitude: a figure too low is as wrong as one too high. */
export function summarize(errorsUs: readonly number[]): ErrorSummary {
  const sorted = errorsUs.map(Math.abs).sort((a, b) => a - b);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
  return { packets: sorted.length, p50: at(0.5), p99: at(0.99), p999: at(0.999), worst: at(1) };
}

/** The emulator's own error: how far what it did was from what it was told to do. */
export const ownErrors = (truth: readonly TruthLine[]): ErrorSummary =>
  summarize(replies(truth).map((line) => Number(line.txNs - line.rxNs - line.delayNs) / 1000));

const replies = (truth: readonly TruthLine[]): TruthLine[] => truth.filter((line) => line.what === 'reply');

const streamKey = (address: string, bytes: number): string => `${address} ${bytes}`;

/** True RTTs by target and length, in the order in which the requests came, microseconds; null: no answer. */
export function trueRtts(truth: readonly TruthLine[]): Map<string, (number | null)[]> {
  const first = truth.filter((line) => ['reply', 'late', 'reorder', 'drop'].includes(line.what));
  const sorted = [...first].sort((a, b) => (a.rxNs < b.rxNs ? -1 : 1));
  const streams = new Map<string, (number | null)[]>();
  for (const line of sorted) {
    const key = streamKey(line.destination, line.bytes);
    const stream = streams.get(key) ?? [];
    streams.set(key, stream);
    stream.push(line.txNs === 0n ? null : Number(line.txNs - line.rxNs) / 1000);
  }
  return streams;
}

export interface Compared {
  readonly errors: ErrorSummary;
  /** Answered in truth, and not received by us. */
  readonly falseLoss: number;
  /** Not answered in truth, and received by us. */
  readonly falseReplies: number;
  readonly notSent: number;
}

/** Puts what was measured beside what was true, packet by packet. */
export function compare(measured: Measured, truth: readonly TruthLine[]): Compared {
  const streams = trueRtts(truth);
  const errors: number[] = [];
  let [falseLoss, falseReplies, notSent] = [0, 0, 0];
  for (const round of measured.rounds)
    for (const size of round.sizes) {
      const truths = streams.get(streamKey(round.address, size.bytes)) ?? [];
      let nth = 0;
      for (const packet of size.packets) {
        if (packet.kind === 'not-sent') {
          notSent += 1;
          continue;
        }
        const rtt = truths[nth] ?? null;
        nth += 1;
        const answered = packet.kind === 'received' || packet.kind === 'late';
        if (answered && rtt !== null) errors.push(packet.rttUs - rtt);
        else if (answered) falseReplies += 1;
        else if (rtt !== null) falseLoss += 1;
      }
    }
  return { errors: summarize(errors), falseLoss, falseReplies, notSent };
}
