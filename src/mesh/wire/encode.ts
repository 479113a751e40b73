import {
  aborted,
  type MissingReason,
  type PacketOutcome,
  type SizeCounts,
} from '../../core/measurement/round.js';
import type { StoredRound } from '../../core/merge.js';
import type { PathId, PopId } from '../../core/types.js';
import { decodePackets, encodePackets } from '../../store/packets/codec.js';
import type { StoredRows } from '../../store/row-store.js';
import { encodeFrame } from './frame.js';
import { encodeRoundColumns, exact, type InFlight } from './rounds.js';
import type { Head } from './schema.js';

/**
 * The format that this program writes. It reads all before it, and the one after it.
 * 1 is the first; 2 brings the ICMP errors of rounds, and traces of paths.
 */
export const wireVersion = 2;

/** Words that hubs of version 1 refuse, with the nearest ones that they know; the exact ones go beside them. */
const reasonsOfVersion1: Partial<Record<MissingReason, MissingReason>> = { paused: 'unknown' };

const endedEarly: readonly StoredRound['status'][] = ['aborted', 'overrun', 'unscheduled'];

/**
 * The packed packets in words that hubs of version 1 know, and the places of those that were in flight. Only a round
 * that was ended early has any, also where it is stored beside another one of its slot, as unscheduled.
 */
function packetsOfVersion1({ status, packed }: StoredRound): {
  packed: Uint8Array | null;
  inFlight: InFlight | null;
} {
  if (packed === null || !endedEarly.includes(status)) return { packed, inFlight: null };
  const inFlight: InFlight = [];
  const sizes = decodePackets(packed).map((sample, size) => {
    const isInFlight = (packet: PacketOutcome): boolean =>
      packet.kind === 'not-sent' && packet.reason === 'in-flight';
    const packets = sample.packets.flatMap((packet, index) => (isInFlight(packet) ? index : []));
    if (packets.length > 0) inFlight.push({ size, packets });
    return { ...sample, packets: sample.packets.map((packet) => (isInFlight(packet) ? aborted : packet)) };
  });
  return inFlight.length === 0 ? { packed, inFlight: null } : { packed: encodePackets(sizes), inFlight };
}

/** The same rows give the same bytes. */
export function encodeRows(pop: PopId, { slots, watch, configuredPaths }: StoredRows): Uint8Array {
  const rounds = slots.filter((slot): slot is StoredRound => slot.status !== 'missing');
  const marks = slots.filter((slot) => slot.status === 'missing');
  const places = new Map<PathId, number>();
  const placeOf = ({ path }: { readonly path: PathId }): number => {
    const place = places.get(path) ?? places.size;
    places.set(path, place);
    return place;
  };
  const bodies = rounds.map(packetsOfVersion1);
  const sizes = rounds.flatMap((round) => round.sizes);
  const sizeColumn = <Key extends keyof SizeCounts>(key: Key): SizeCounts[Key][] =>
    sizes.map((size) => size[key]);
  const head: Head = {
    pop,
    rounds: encodeRoundColumns(rounds, placeOf, bodies),
    sizes: {
      bytes: sizeColumn('bytes'),
      sent: sizeColumn('sent'),
      received: sizeColumn('received'),
      late: sizeColumn('late'),
      errors: sizeColumn('errors'),
      notSent: sizeColumn('notSent'),
      duplicates: sizeColumn('duplicates'),
      mismatched: sizeColumn('mismatched'),
      rttSumUs: sizeColumn('rttSumUs'),
      rttMinUs: sizeColumn('rttMinUs'),
      rttMaxUs: sizeColumn('rttMaxUs'),
    },
    missing: {
      path: marks.map(placeOf),
      slot: marks.map(({ slot }) => slot),
      reason: marks.map(({ reason }) => reasonsOfVersion1[reason] ?? reason),
      ...exact(
        'exactReason',
        marks.map(({ reason }) => (reasonsOfVersion1[reason] ? reason : null)),
      ),
    },
    outages: [...watch.outages].map((outage) => ({ ...outage, inferred: [...outage.inferred] })),
    states: [...watch.states],
    spans: [...watch.spans],
    blind: [...watch.blind],
    traces: (watch.traces ?? []).map((trace) => ({
      ...trace,
      runs: structuredClone(trace.runs) as Head['traces'][number]['runs'],
    })),
    sightings: [...configuredPaths],
    paths: [...places.keys()],
  };
  const packets = Buffer.concat(bodies.flatMap(({ packed }) => packed ?? []));
  return encodeFrame({ version: wireVersion, head, packets });
}
