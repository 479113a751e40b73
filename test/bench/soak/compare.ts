import type { PacketOutcome } from '../../../src/core/measurement/packet.js';
import type { TruthLine } from '../../lab/truth.js';

/** What the emulator did with one request. */
export interface Request {
  readonly destination: string;
  readonly bytes: number;
  /** The ICMP identifier: rounds of two lives of the daemon never share one. */
  readonly id: number;
  /** Milliseconds since the run began. */
  readonly atMs: number;
  readonly fate: TruthLine['what'];
  /** Of its first answer; null: none that counts. */
  readonly rttUs: number | null;
  /** The round that has it; null: none found. */
  round: string | null;
}

/** A stretch of one size's packets as they are stored, those that were sent. */
export interface StoredSize {
  readonly round: string;
  readonly status: string;
  readonly destination: string;
  readonly bytes: number;
  readonly packets: readonly PacketOutcome[];
}

export interface Faults {
  readonly falseLoss: string[];
  readonly falseAnswers: string[];
  readonly twice: string[];
  readonly unmatched: string[];
}

/** One entry a request, with its first answer: duplicates and forged ones are no requests. */
export function requestsOf(truth: readonly TruthLine[], startNs: bigint): Request[] {
  const first = new Map<string, Request>();
  for (const line of truth) {
    if (line.what === 'dup' || line.what === 'spoof') continue;
    const key = `${line.destination} ${line.n}`;
    if (first.has(key)) continue;
    const answered = line.what === 'reply' || line.what === 'reorder' || line.what === 'late';
    first.set(key, {
      destination: line.destination,
      bytes: line.bytes,
      id: line.id,
      atMs: Number(line.rxNs - startNs) / 1e6,
      fate: line.what,
      rttUs: answered ? Number(line.txNs - line.rxNs) / 1000 : null,
      round: null,
    });
  }
  return [...first.values()].sort((a, b) => a.atMs - b.atMs);
}

/** More than any error of a kernel's stamp on a busy machine, and far less than how the answers differ. */
const sameUs = 2_500;

/**
 * Finds the requests of each stored stretch by the RTTs of its answers, which no other stretch has, and says where the
 * two differ. `lostAfterUs`: an answer after this is late.
 */
export function compareStored(
  requests: readonly Request[],
  stored: readonly StoredSize[],
  lostAfterUs: number,
): Faults {
  const faults: Faults = { falseLoss: [], falseAnswers: [], twice: [], unmatched: [] };
  const streams = new Map<string, Request[]>();
  for (const request of requests) {
    const key = `${request.destination} ${request.bytes}`;
    streams.set(key, [...(streams.get(key) ?? []), request]);
  }
  const silent: StoredSize[] = [];
  for (const size of stored) {
    const packets = size.packets.filter(({ kind }) => kind !== 'not-sent');
    const stream = streams.get(`${size.destination} ${size.bytes}`) ?? [];
    if (packets.length === 0) continue;
    if (!packets.some(({ kind }) => kind === 'received')) {
      silent.push(size);
      continue;
    }
    let best = { at: -1, score: 0 };
    for (let at = 0; at + packets.length <= stream.length; at += 1) {
      const score = packets.filter((packet, n) => isSame(packet, stream[at + n])).length;
      if (score > best.score) best = { at, score };
    }
    const received = packets.filter(({ kind }) => kind === 'received').length;
    if (best.at < 0 || best.score < received) faults.unmatched.push(`${size.round} ${size.bytes} B`);
    else claim(size, packets, stream.slice(best.at, best.at + packets.length), lostAfterUs, faults);
  }
  // Those without an answer have no mark of their own: the first stretch that no other has, in their order.
  for (const size of silent) {
    const packets = size.packets.filter(({ kind }) => kind !== 'not-sent');
    const stream = streams.get(`${size.destination} ${size.bytes}`) ?? [];
    const fits = (at: number): boolean =>
      packets.every((_, n) => stream[at + n]?.round === null && stream[at + n]?.rttUs === null);
    const at = stream.findIndex((_, index) => fits(index));
    if (at < 0)
      faults.falseLoss.push(`${size.round} ${size.bytes} B: all ${packets.length} are lost, and were not`);
    else claim(size, packets, stream.slice(at, at + packets.length), lostAfterUs, faults);
  }
  return faults;
}

const isSame = (packet: PacketOutcome, request: Request | undefined): boolean =>
  packet.kind === 'received' && request?.rttUs != null && Math.abs(packet.rttUs - request.rttUs) < sameUs;

function claim(
  size: StoredSize,
  packets: readonly PacketOutcome[],
  requests: readonly Request[],
  lostAfterUs: number,
  faults: Faults,
): void {
  requests.forEach((request, n) => {
    const packet = packets[n];
    const name = `${size.round} ${size.bytes} B #${n}`;
    if (request.round !== null) faults.twice.push(`${name} is also in ${request.round}`);
    request.round = size.round;
    if (!packet) return;
    const wasAnswered = request.rttUs !== null && request.rttUs < lostAfterUs - sameUs;
    if (packet.kind === 'received' && !isSame(packet, request))
      faults.falseAnswers.push(`${name}: ${request.fate}`);
    // What was on its way when the daemon was stopped is not known to have been lost.
    else if (packet.kind !== 'received' && wasAnswered && size.status !== 'aborted')
      faults.falseLoss.push(
        `${name}: ${packet.kind}, and was answered after ${Math.round(request.rttUs ?? 0)} us`,
      );
  });
}
