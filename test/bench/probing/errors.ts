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
  summarize(replies(truth).map((line) => Number(line.txNs - line.readNs - line.delayNs) / 1000));

const replies = (truth: readonly TruthLine[]): TruthLine[] => truth.filter((line) => line.what === 'reply');

const streamKey = (address: string, bytes: number): string => `${address} ${bytes}`;

/** True RTTs by target and length, in the order in which the requests came, microseconds; null: no answer. */
export function trueRtts(
  truth: readonly TruthLine[],
  from: 'rxNs' | 'readNs' = 'rxNs',
): Map<string, (number | null)[]> {
  const first = truth.filter((line) => ['reply', 'late', 'reorder', 'drop'].includes(line.what));
  const sorted = [...first].sort((a, b) => (a.rxNs < b.rxNs ? -1 : 1));
  const streams = new Map<string, (number | null)[]>();
  for (const line of sorted) {
    const key = streamKey(line.destination, line.bytes);
    const stream = streams.get(key) ?? [];
    streams.set(key, stream);
    stream.push(line.txNs === 0n ? null : Number(line.txNs - line[from]) / 1000);
  }
  return streams;
}

/**
 * How late each packet left, microseconds: when it came to the emulator, less its turn in an even stream whose start is
 * where its most punctual packet puts it. Only of rounds whose every packet was sent.
 */
export function lateness(measured: Measured, truth: readonly TruthLine[], intervalMs: number): number[] {
  const arrivals = new Map<string, bigint[]>();
  for (const line of truth) {
    if (!['reply', 'late', 'reorder', 'drop'].includes(line.what)) continue;
    const key = streamKey(line.destination, line.bytes);
    const stream = arrivals.get(key) ?? [];
    arrivals.set(key, stream);
    stream.push(line.rxNs);
  }
  // Small numbers are exact to the nanosecond.
  const originNs = truth[0]?.rxNs ?? 0n;
  return measured.rounds.flatMap(({ address, sizes }) => {
    const offsets = sizes.flatMap(({ bytes }, stream) => {
      const times = (arrivals.get(streamKey(address, bytes)) ?? []).sort((a, b) => (a < b ? -1 : 1));
      const shiftUs = (stream * intervalMs * 1000) / sizes.length;
      return times.map((ns, nth) => Number(ns - originNs) / 1000 - nth * intervalMs * 1000 - shiftUs);
    });
    const start = Math.min(...offsets);
    return offsets.map((offset) => offset - start);
  });
}

/** What another tool measured, packet by packet of 64 bytes, less the truth. */
export function toolErrors(
  rttsUs: ReadonlyMap<string, readonly (number | null)[]>,
  truth: readonly TruthLine[],
): number[] {
  const streams = trueRtts(truth);
  return [...rttsUs].flatMap(([target, rtts]) => {
    const exact = streams.get(streamKey(target, 64)) ?? [];
    return rtts.flatMap((rtt, nth) => {
      const real = exact[nth];
      return rtt !== null && real != null ? [rtt - real] : [];
    });
  });
}

export interface Compared {
  /** A measured RTT less the true one, of each packet, microseconds. */
  readonly each: readonly number[];
  readonly errors: ErrorSummary;
  /** Answered in truth, and not received by us. */
  readonly falseLoss: number;
  /** Not answered in truth, and received by us. */
  readonly falseReplies: number;
  readonly notSent: number;
}

/** Puts what was measured beside what was true, packet by packet: from the wire on, or from the emulator's reading. */
export function compare(
  measured: Measured,
  truth: readonly TruthLine[],
  from: 'rxNs' | 'readNs' = 'rxNs',
): Compared {
  const streams = trueRtts(truth, from);
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
  return { each: errors, errors: summarize(errors), falseLoss, falseReplies, notSent };
}
