import type { SizeCounts } from '../../core/measurement/round.js';
import type { StoredRound } from '../../core/merge.js';
import type { PathId, PopId } from '../../core/types.js';
import type { StoredRows } from '../../store/row-store.js';
import { encodeFrame } from './frame.js';
import type { Head } from './schema.js';

/**
 * The format that this program writes. It reads all before it, and the one after it.
 * 1 is the first; 2 brings the ICMP errors of rounds, and traces of paths.
 */
export const wireVersion = 2;

/** The same rows give the same bytes. */
export function encodeRows(pop: PopId, { slots, watch, sightings }: StoredRows): Uint8Array {
  const rounds = slots.filter((slot): slot is StoredRound => slot.status !== 'missing');
  const marks = slots.filter((slot) => slot.status === 'missing');
  const places = new Map<PathId, number>();
  const placeOf = ({ path }: { readonly path: PathId }): number => {
    const place = places.get(path) ?? places.size;
    places.set(path, place);
    return place;
  };
  const column = <Value>(of: (round: StoredRound) => Value): Value[] => rounds.map(of);
  const sizes = rounds.flatMap((round) => round.sizes);
  const sizeColumn = <Key extends keyof SizeCounts>(key: Key): SizeCounts[Key][] =>
    sizes.map((size) => size[key]);
  const head: Head = {
    pop,
    rounds: {
      path: column(placeOf),
      slot: column(({ slot }) => slot),
      status: column(({ status }) => status),
      reason: column(({ reason }) => reason),
      address: column(({ address }) => address),
      startedAfterMs: column(({ startedAt, slot }) => startedAt - slot),
      tookMs: column(({ startedAt, endedAt }) => endedAt - startedAt),
      lostAfterMs: column(({ lostAfterMs }) => lostAfterMs),
      driver: column(({ provenance }) => provenance.driver),
      stamps: column(({ provenance }) => provenance.stamps),
      fallbackStamps: column(({ provenance }) => provenance.fallbackStamps),
      socketDrops: column(({ provenance }) => provenance.socketDrops),
      sendLagUs: column(({ provenance }) => provenance.sendLagUs),
      p50Us: column(({ provenance }) => provenance.calibration?.p50Us ?? null),
      p99Us: column(({ provenance }) => provenance.calibration?.p99Us ?? null),
      sizes: column((round) => round.sizes.length),
      packetsBytes: column(({ packed }) => packed && packed.length),
      icmpErrors: column(({ icmpErrors }) => (icmpErrors ? [...icmpErrors] : null)),
    },
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
      reason: marks.map(({ reason }) => reason),
    },
    outages: [...watch.outages].map((outage) => ({ ...outage, inferred: [...outage.inferred] })),
    states: [...watch.states],
    spans: [...watch.spans],
    blind: [...watch.blind],
    traces: (watch.traces ?? []).map((trace) => ({
      ...trace,
      runs: structuredClone(trace.runs) as Head['traces'][number]['runs'],
    })),
    sightings: [...sightings],
    paths: [...places.keys()],
  };
  const packets = Buffer.concat(rounds.flatMap(({ packed }) => packed ?? []));
  return encodeFrame({ version: wireVersion, head, packets });
}
