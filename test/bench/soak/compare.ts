import type { PacketOutcome } from '../../../src/core/measurement/round.js';
import type { TruthLine } from '../../lab/truth.js';

/** What the emulator did with one request. */
export interface Request {
  readonly destination: string;
  readonly bytes: number;
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
      atMs: Number(line.rxNs - startNs) / 1e6,
      fate: line.what,
      rttUs: answered ? Number(line.txNs - line.rxNs) / 1000 : null,
      round: null,
    });
  }
  return [...first.values()].sort((a, b) => a.atMs - b.atMs);
}

/** More than a kernel's stamp and the emulator's differ by on a busy machine, and far less than the answers do. */
const sameUs = 400;
/** Requests of other rounds that may lie between two of one. */
const mostBetween = 5;
const costs = { falseLoss: 1, claimed: 50, wrong: 1_000 };

/**
 * Finds the requests of each stored stretch: those of its destination and size, in order, whose RTTs are those of its
 * answers; two rounds may be in flight at a time. Then says where the two differ. `lostAfterUs`: an answer after this
 * is late.
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
  // Those without an answer have no mark of their own: they take what is left.
  const isSilent = ({ packets }: StoredSize): boolean => !packets.some(({ kind }) => kind === 'received');
  const inOrder = [...stored.filter((size) => !isSilent(size)), ...stored.filter(isSilent)];
  for (const size of inOrder) {
    const packets = size.packets.filter(({ kind }) => kind !== 'not-sent');
    if (packets.length === 0) continue;
    const stream = streams.get(`${size.destination} ${size.bytes}`) ?? [];
    const found = align(packets, stream, lostAfterUs);
    if (found === null) faults.unmatched.push(`${size.round} ${size.bytes} B`);
    else claim(size, packets, found, lostAfterUs, faults);
  }
  return faults;
}

const isSame = (packet: PacketOutcome, request: Request): boolean =>
  packet.kind === 'received' && request.rttUs !== null && Math.abs(packet.rttUs - request.rttUs) < sameUs;
const wasAnswered = ({ rttUs }: Request, lostAfterUs: number): boolean =>
  rttUs !== null && rttUs < lostAfterUs - sameUs;

/** The requests that fit best, one a packet; null where an answer fits none. */
function align(
  packets: readonly PacketOutcome[],
  stream: readonly Request[],
  lostAfterUs: number,
): Request[] | null {
  const costOf = (packet: PacketOutcome, request: Request): number => {
    const claimed = request.round === null ? 0 : costs.claimed;
    if (packet.kind === 'received') return isSame(packet, request) ? claimed : costs.wrong;
    return claimed + (wasAnswered(request, lostAfterUs) ? costs.falseLoss : 0);
  };
  let row = stream.map((request) => ({ cost: packets[0] ? costOf(packets[0], request) : 0, from: -1 }));
  const rows = [row];
  for (const packet of packets.slice(1)) {
    const before = row;
    row = stream.map((request, at) => {
      let best = { cost: Infinity, from: -1 };
      for (let from = Math.max(0, at - 1 - mostBetween); from < at; from += 1) {
        const cost = (before[from]?.cost ?? Infinity) + (at - from - 1) * 0.01;
        if (cost < best.cost) best = { cost, from };
      }
      return { cost: best.cost + costOf(packet, request), from: best.from };
    });
    rows.push(row);
  }
  let at = row.reduce((best, { cost }, index) => (cost < (row[best]?.cost ?? Infinity) ? index : best), 0);
  if ((row[at]?.cost ?? Infinity) >= costs.wrong) return null;
  const found: Request[] = [];
  for (const one of rows.reverse()) {
    const request = stream[at];
    if (request) found.unshift(request);
    at = one[at]?.from ?? -1;
  }
  return found.length === packets.length ? found : null;
}

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
    if (packet.kind === 'received' && !isSame(packet, request))
      faults.falseAnswers.push(`${name}: ${request.fate}`);
    // What was on its way when the daemon was stopped is not known to have been lost.
    else if (packet.kind !== 'received' && wasAnswered(request, lostAfterUs) && size.status !== 'aborted')
      faults.falseLoss.push(
        `${name}: ${packet.kind}, and was answered after ${Math.round(request.rttUs ?? 0)} us`,
      );
  });
}
