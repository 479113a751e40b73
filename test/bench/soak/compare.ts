import type { PacketOutcome, RoundStatus } from '../../../src/core/measurement/round.js';
import { openSqliteStore } from '../../../src/store/sqlite/open.js';
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
  /** The emulator answered so much later than it was to: it may have lost its processor between stamping and sending too. */
  readonly lateUs?: number;
  /** The round that has it; null: none found. */
  round: string | null;
}

/** One size's packets as they are stored. */
export interface StoredSize {
  readonly round: string;
  readonly status: RoundStatus;
  readonly destination: string;
  readonly bytes: number;
  readonly packets: readonly PacketOutcome[];
  /** When its packets were due, milliseconds since the run began, by the daemon's wall clock, which may have been off. */
  readonly dueMs: (index: number) => number;
  /** How much later than that they may have left. */
  readonly lateMs: number;
  /** Whether some of its stamps are of the process, which a busy machine makes late. */
  readonly isRough: boolean;
}

export interface Differences {
  /** Stored as lost, and the network had answered in time, or had never seen the packet. */
  readonly falseLoss: string[];
  /** Requests that two rounds have. */
  readonly twice: string[];
  /** Rounds with answers that the network never gave. */
  readonly unmatched: string[];
}

interface ClockOffset {
  readonly fromMs: number;
  readonly toMs: number;
  readonly offsetMs: number;
}

interface CompareOptions {
  /** An answer after this is late. */
  readonly lostAfterUs: number;
  /** RTTs of the daemon and of the emulator that differ by less are the same. */
  readonly sameUs?: number;
  /** How far the daemon's wall clock was off, from when to when, milliseconds since the run began. */
  readonly clockOffsets?: readonly ClockOffset[];
  /** Whether what was on its way to the emulator or back at this instant may have been lost beside it. */
  readonly isExcused?: (atMs: number) => boolean;
}

/** More than a kernel's stamp and the emulator's differ by on a busy machine, and far less than the answers do. */
const usualSameUs = 1_000;
const busySameUs = 20_000;

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
      lateUs: answered ? Math.max(0, Number(line.txNs - line.readNs - line.delayNs) / 1000) : 0,
      round: null,
    });
  }
  return [...first.values()].sort((a, b) => a.atMs - b.atMs);
}

/** Every size of every round in a database. `targets`: addresses by destination. `startMs`: when the run began. */
export async function readStored(
  database: string,
  targets: Readonly<Record<string, string>>,
  { startMs, intervalMs }: { readonly startMs: number; readonly intervalMs: number },
): Promise<StoredSize[]> {
  const store = await openSqliteStore({ path: database, readOnly: true });
  try {
    const stored: StoredSize[] = [];
    for (const round of await store.rounds.list({ limit: 100_000, order: 'oldest' })) {
      if (round.status === 'missing') continue;
      const sizes = (await store.rounds.packets(round.path, round.slot)) ?? [];
      for (const [stream, { bytes, packets }] of sizes.entries())
        stored.push({
          round: `${round.path} ${new Date(round.slot).toISOString()}`,
          status: round.status,
          destination: targets[round.path.slice(round.path.indexOf('>') + 1)] ?? '',
          bytes,
          packets,
          dueMs: (index) => round.startedAt - startMs + (index + stream / sizes.length) * intervalMs,
          lateMs: (round.provenance.sendLagUs ?? 0) / 1_000,
          isRough: round.provenance.stamps === 'user' || round.provenance.fallbackStamps > 0,
        });
    }
    return stored;
  } finally {
    await store.close();
  }
}

/** A round's packets are due after it was begun, its address found and a random part of an interval. */
const beginMs = 1_500;
/** The daemon sees a step of its clock within a second or two. */
const aroundMs = 3_000;
/** Requests of other rounds that may lie between two of one. */
const mostBetween = 40;
const costs = { falseLoss: 1, off: 1.5, unseen: 5, claimed: 50, wrong: 1_000 };

const hasLeft = (packet: PacketOutcome): boolean =>
  packet.kind !== 'not-sent' || packet.reason === 'in-flight';

/**
 * Finds the request of each stored packet: first those whose RTTs are those of the answers, then, of what is left,
 * those that were sent when a packet without an answer was due. Two rounds may be in flight at a time, and a packet
 * without an answer need not have reached the emulator. Then says where the two differ.
 */
export function compareStored(
  requests: readonly Request[],
  stored: readonly StoredSize[],
  options: CompareOptions,
): Differences {
  const differences: Differences = { falseLoss: [], twice: [], unmatched: [] };
  const streams = new Map<string, Request[]>();
  for (const request of requests) {
    const key = `${request.destination} ${request.bytes}`;
    const stream = streams.get(key) ?? [];
    streams.set(key, stream);
    stream.push(request);
  }
  for (const isWanted of [isAnswered, isUnanswered])
    for (const size of stored) {
      const packets = size.packets.flatMap((packet, index) => (isWanted(packet) ? { packet, index } : []));
      const stream = streams.get(`${size.destination} ${size.bytes}`) ?? [];
      const exact = align(size, packets, stream, options);
      const found =
        exact === null && size.isRough
          ? align(size, packets, stream, Object.assign({}, options, { sameUs: busySameUs }))
          : exact;
      if (found === null) differences.unmatched.push(`${size.round} ${size.bytes} B`);
      else claim(size, packets, found, options, differences);
    }
  return differences;
}

const isAnswered = ({ kind }: PacketOutcome): boolean => kind === 'received';
const isUnanswered = (packet: PacketOutcome): boolean => hasLeft(packet) && !isAnswered(packet);
const wasAnswered = ({ rttUs }: Request, { lostAfterUs, sameUs = usualSameUs }: CompareOptions): boolean =>
  rttUs !== null && rttUs < lostAfterUs - sameUs;

/** By how much the daemon's clock may have been off when the round began: by a clock that was off it began then. */
function offsetsOf(size: StoredSize, { clockOffsets = [] }: CompareOptions): number[] {
  const offsets = clockOffsets.flatMap(({ fromMs, toMs, offsetMs }) => {
    const beganMs = size.dueMs(0) - offsetMs;
    return beganMs > fromMs - aroundMs && beganMs < toMs + aroundMs ? offsetMs : [];
  });
  return [...offsets, 0];
}

interface Placed {
  readonly packet: PacketOutcome;
  /** Its place among all of its size. */
  readonly index: number;
}

interface Cell {
  readonly cost: number;
  /** The place of the latest request that was taken before this packet. */
  readonly from: number;
  readonly isTaken: boolean;
}

/**
 * For each packet its request or null: those that fit best. Null where an answer fits none. Place 0 of a row means that
 * no request is taken yet, place n that the latest is the n-th.
 */
function align(
  size: StoredSize,
  packets: readonly Placed[],
  stream: readonly Request[],
  options: CompareOptions,
): (Request | null)[] | null {
  const { sameUs = usualSameUs } = options;
  const offsets = offsetsOf(size, options);
  /** How far off its time the request is, by the clock that fits best. */
  const offMs = (index: number, { atMs }: Request): number =>
    Math.min(...offsets.map((offset) => Math.abs(atMs - (size.dueMs(index) - offset))));
  const costOf = ({ packet, index }: Placed, request: Request): number => {
    const off = offMs(index, request);
    const most = beginMs + size.lateMs;
    if (off > most) return costs.wrong;
    // A packet of a process that stood still for long may be as late as that, and was seen all the same.
    const cost = (off / most) * costs.off + (request.round === null ? 0 : costs.claimed);
    if (packet.kind === 'received') {
      const isSame =
        request.rttUs !== null && Math.abs(packet.rttUs - request.rttUs) < sameUs + (request.lateUs ?? 0);
      return isSame ? cost : costs.wrong;
    }
    if (request.round !== null) return costs.wrong;
    return cost + (wasAnswered(request, options) && packet.kind !== 'not-sent' ? costs.falseLoss : 0);
  };
  let row: Cell[] = [0, ...stream].map((_, place) => ({
    cost: place === 0 ? 0 : Infinity,
    from: 0,
    isTaken: false,
  }));
  const rows: Cell[][] = [];
  for (const placed of packets) {
    const before = row;
    const unseen = placed.packet.kind === 'received' ? costs.wrong : costs.unseen;
    row = before.map(({ cost }, place) => {
      let best: Cell = { cost: cost + unseen, from: place, isTaken: false };
      const request = stream[place - 1];
      if (!request) return best;
      const own = costOf(placed, request);
      if (own >= costs.wrong) return best;
      const consider = (from: number): void => {
        const all = (before[from]?.cost ?? Infinity) + own;
        if (all < best.cost) best = { cost: all, from, isTaken: true };
      };
      consider(0);
      for (let from = Math.max(1, place - 1 - mostBetween); from < place; from += 1) consider(from);
      return best;
    });
    rows.push(row);
  }
  let place = row.reduce((best, { cost }, at) => (cost < (row[best]?.cost ?? Infinity) ? at : best), 0);
  if ((row[place]?.cost ?? Infinity) >= costs.wrong) return null;
  const found: (Request | null)[] = [];
  for (const one of rows.reverse()) {
    const cell = one[place];
    found.unshift(cell?.isTaken === true ? (stream[place - 1] ?? null) : null);
    place = cell?.from ?? 0;
  }
  return found;
}

/** Rounds whose losses are figures of the path. */
const counts: readonly RoundStatus[] = ['ok', 'unscheduled', 'partial'];

function claim(
  size: StoredSize,
  packets: readonly Placed[],
  requests: readonly (Request | null)[],
  options: CompareOptions,
  differences: Differences,
): void {
  for (const [n, request] of requests.entries()) {
    const { packet, index } = packets[n] ?? {};
    if (!packet || index === undefined) continue;
    const name = `${size.round} ${size.bytes} B #${index}`;
    if (request === null) {
      const isCounted = packet.kind !== 'not-sent' && counts.includes(size.status);
      const dueMs = offsetsOf(size, options).map((offset) => size.dueMs(index) - offset);
      if (isCounted && !dueMs.some((atMs) => options.isExcused?.(atMs) === true))
        differences.falseLoss.push(`${name}: ${packet.kind}, and the network never saw it`);
      continue;
    }
    if (request.round !== null) differences.twice.push(`${name} is also in ${request.round}`);
    request.round = size.round;
    const isFalse = packet.kind !== 'received' && wasAnswered(request, options);
    if (isFalse && counts.includes(size.status) && options.isExcused?.(request.atMs) !== true)
      differences.falseLoss.push(
        `${name}: ${packet.kind}, and was answered after ${Math.round(request.rttUs ?? 0)} us`,
      );
  }
}
