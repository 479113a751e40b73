import {
  countSize,
  inFlight,
  type MissingReason,
  missingReasons,
  type SizeCounts,
  type SizeSample,
} from '../../core/measurement/round.js';
import type { StoredRound, StoredSlot } from '../../core/merge.js';
import { pathEnds } from '../../core/path.js';
import type { PopId } from '../../core/types.js';
import { decodePackets, encodePackets } from '../../store/packets/codec.js';
import type { StoredRows } from '../../store/row-store.js';
import { wireVersion } from './encode.js';
import { decodeFrame, WireFormatError } from './frame.js';
import { pathAt, roundAt, wordOf } from './rounds.js';
import { headSchema, type Head } from './schema.js';

const isKnown = (version: number): boolean => version >= 1 && version <= wireVersion + 1;

export interface DecodedRows extends StoredRows {
  /** What the packets of a round are, where they came along. */
  readonly packetsOf: (round: StoredRound) => readonly SizeSample[] | null;
}

/**
 * The rows of a message that came from where only `pop` may send. Every one of them has to be its own. Throws
 * `WireFormatError`, and takes nothing of a message of which anything is wrong.
 */
export function decodeRows(bytes: Uint8Array, pop: PopId): DecodedRows {
  const { head: raw, packets } = decodeFrame(bytes, isKnown);
  const parsed = headSchema.safeParse(raw);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new WireFormatError(
      'invalid',
      `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is not valid'}`,
    );
  }
  const head = parsed.data;
  requireOwn(head, pop);
  const samples = new Map<StoredRound, readonly SizeSample[]>();
  const slots: StoredSlot[] = [...roundsOf(head, packets, samples), ...marksOf(head)];
  const { outages, states, spans, blind, traces, sightings } = head;
  return {
    slots,
    watch: { outages, states, spans, blind, ...(traces.length > 0 && { traces }) },
    configuredPaths: sightings,
    packetsOf: (round) => samples.get(round) ?? null,
  };
}

/** The subject alone says who sent it: a message that names another PoP anywhere is a forgery. */
function requireOwn(head: Head, pop: PopId): void {
  const forged = (what: string): WireFormatError =>
    new WireFormatError('forged', `${what}, and came as ${pop}'s`);
  if (head.pop !== pop) throw forged(`it says that it is ${head.pop}'s`);
  for (const path of [...head.paths, ...head.sightings.map((sighting) => sighting.path)])
    if (pathEnds(path)?.source !== pop) throw forged(`it has rows of the path ${path}`);
  for (const { observer } of [...head.outages, ...head.states, ...head.spans, ...head.blind, ...head.traces])
    if (observer !== pop) throw forged(`it has rows of the observer ${observer}`);
}

function* roundsOf(
  { rounds, sizes, paths }: Head,
  packets: Uint8Array,
  samples: Map<StoredRound, readonly SizeSample[]>,
): Generator<StoredRound> {
  const [length, sizesInAll] = [rounds.path.length, rounds.sizes.reduce((sum, count) => sum + count, 0)];
  const { inFlight } = rounds;
  requireLengths(rounds, length);
  requireLengths(sizes, sizesInAll);
  let [size, byte] = [0, 0];
  for (let at = 0; at < length; at += 1) {
    const nth = <Value>(column: readonly Value[]): Value => column[at] as Value;
    const [count, bytes] = [nth(rounds.sizes), nth(rounds.packetsBytes)];
    const roundSizes = Array.from({ length: count }, (_, index) => sizeAt(sizes, size + index));
    const packed = bytes === null ? null : packets.subarray(byte, byte + bytes);
    size += count;
    byte += bytes ?? 0;
    const round: StoredRound = { ...roundAt(rounds, paths, at), sizes: roundSizes, packed };
    if (!roundSizes.every(isCount))
      throw new WireFormatError('invalid', `${nameOf(round)}: its sizes count to nothing`);
    if (packed === null) {
      yield round;
      continue;
    }
    const counted = requireCounted(round, packed);
    const left = inFlight?.[at] ?? null;
    const exact = left === null ? counted : withInFlight(counted, left);
    const whole = left === null ? round : { ...round, packed: Buffer.from(encodePackets(exact)) };
    samples.set(whole, exact);
    yield whole;
  }
  if (byte !== packets.length)
    throw new WireFormatError('invalid', 'the packets are fewer or more than the rounds say');
}

/** Only packets that are out of the sample anyway can be marked, so that no count changes. */
function withInFlight(
  samples: readonly SizeSample[],
  places: readonly { readonly size: number; readonly packets: readonly number[] }[],
): SizeSample[] {
  return samples.map((sample, size) => {
    const left = new Set(places.filter((one) => one.size === size).flatMap(({ packets }) => packets));
    return {
      ...sample,
      packets: sample.packets.map((packet, index) =>
        left.has(index) && packet.kind === 'not-sent' ? inFlight : packet,
      ),
    };
  });
}

function marksOf({ missing, paths }: Head): StoredSlot[] {
  const { exactReason } = missing;
  requireLengths(missing, missing.path.length);
  return missing.path.map((place, at) => ({
    path: pathAt(paths, place),
    slot: missing.slot[at] as number,
    status: 'missing',
    reason: wordOf(missingReasons, exactReason?.[at]) ?? (missing.reason[at] as MissingReason),
  }));
}

/** A column that is left out says nothing of any round. */
function requireLengths(
  columns: Readonly<Record<string, readonly unknown[] | undefined>>,
  length: number,
): void {
  for (const [name, column] of Object.entries(columns))
    if (column !== undefined && column.length !== length)
      throw new WireFormatError('invalid', `${name}: has ${column.length} entries; allowed: ${length}`);
}

const nameOf = ({ path, slot }: StoredRound): string => `${path} ${new Date(slot).toISOString()}`;

const isCount = ({ sent, received, late, errors, rttMinUs, rttMaxUs }: SizeCounts): boolean =>
  received + late + errors <= sent &&
  (received === 0) === (rttMinUs === null) &&
  (rttMinUs ?? 0) <= (rttMaxUs ?? 0);

const sizeAt = (sizes: Head['sizes'], at: number): SizeCounts => ({
  bytes: sizes.bytes[at] as number,
  sent: sizes.sent[at] as number,
  received: sizes.received[at] as number,
  late: sizes.late[at] as number,
  errors: sizes.errors[at] as number,
  notSent: sizes.notSent[at] as number,
  duplicates: sizes.duplicates[at] as number,
  mismatched: sizes.mismatched[at] as number,
  rttSumUs: sizes.rttSumUs[at] as number,
  rttMinUs: sizes.rttMinUs[at] as number | null,
  rttMaxUs: sizes.rttMaxUs[at] as number | null,
});

/** The packets, which have to be what the round says that they count to. */
function requireCounted(round: StoredRound, packed: Uint8Array): SizeSample[] {
  const name = `the packets of ${nameOf(round)}`;
  let samples: SizeSample[];
  try {
    samples = decodePackets(packed);
  } catch (error) {
    throw new WireFormatError('invalid', `${name}: ${(error as Error).message}`, { cause: error });
  }
  const counted = samples.map(countSize);
  const same =
    counted.length === round.sizes.length &&
    counted.every((size, index) => isSame(size, round.sizes[index] as SizeCounts));
  if (!same) throw new WireFormatError('invalid', `${name} do not count to its sizes`);
  return samples;
}

const isSame = (a: SizeCounts, b: SizeCounts): boolean =>
  a.bytes === b.bytes &&
  a.sent === b.sent &&
  a.received === b.received &&
  a.late === b.late &&
  a.errors === b.errors &&
  a.notSent === b.notSent &&
  a.duplicates === b.duplicates &&
  a.mismatched === b.mismatched &&
  a.rttSumUs === b.rttSumUs &&
  a.rttMinUs === b.rttMinUs &&
  a.rttMaxUs === b.rttMaxUs;
