import { z } from 'zod';
import {
  type IcmpErrorCount,
  icmpErrorKinds,
  roundStatuses,
  stampSources,
} from '../../core/measurement/round.js';
import type { StoredRound } from '../../core/merge.js';
import type { PathId } from '../../core/types.js';
import { WireFormatError } from './frame.js';

export const count = z.int().min(0);
/** Up to the year 9999: what can be written as a date. */
export const instant = z.int().min(0).max(253_402_300_799_999);
export const text = z.string().max(2_000);
export const column = <Item extends z.ZodType>(item: Item) => z.array(item).default([]);
const measuredStatuses = roundStatuses.filter((status) => status !== 'missing');

const icmpError = z.object({
  bytes: count,
  error: z.enum(icmpErrorKinds).catch('other'),
  type: count.max(255),
  code: count.max(255),
  from: text.nullable(),
  mtu: count.nullable(),
  count,
});

/** What each round says, a column for each value. */
export const roundColumnsSchema = z.object({
  /** Places in `paths`. */
  path: column(count),
  slot: column(instant),
  status: column(z.enum(measuredStatuses)),
  reason: column(text.nullable()),
  address: column(text.nullable()),
  /** After the slot, and after the start. */
  startedAfterMs: column(z.int()),
  tookMs: column(z.int()),
  lostAfterMs: column(count),
  driver: column(text),
  stamps: column(z.enum(stampSources)),
  fallbackStamps: column(count),
  socketDrops: column(count.nullable()),
  sendLagUs: column(z.number().nullable()),
  p50Us: column(z.number().nullable()),
  p99Us: column(z.number().nullable()),
  /** How many of `sizes` are the round's. */
  sizes: column(count),
  /** Bytes of its packets; null: their retention has passed. */
  packetsBytes: column(count.nullable()),
  /**
   * Statuses that a hub of version 1 does not know; `status` then has the nearest that it does. Like the two columns
   * of this kind below, it is left out where no entry needs it.
   */
  exactStatus: z.array(text.nullable()).optional(),
  /** The places of packets that left and were in flight at the end; in the packed bytes they are `aborted`. */
  inFlight: z.array(z.array(z.object({ size: count, packets: z.array(count) })).nullable()).optional(),
  /** From version 2 on; left out by those before. */
  icmpErrors: z.array(z.array(icmpError).nullable()).optional(),
});

type RoundColumns = z.output<typeof roundColumnsSchema>;
export type InFlight = NonNullable<NonNullable<RoundColumns['inFlight']>[number]>;

/** Statuses that hubs of version 1 refuse, with the nearest ones that they know; the exact ones go beside them. */
const statusesOfVersion1: Partial<Record<StoredRound['status'], StoredRound['status']>> = {
  partial: 'failed',
};

/** `placeOf`: the place of a round's path among the paths; `bodies`: its packets as they are sent. */
export function encodeRoundColumns(
  rounds: readonly StoredRound[],
  placeOf: (round: StoredRound) => number,
  bodies: readonly { readonly packed: Uint8Array | null; readonly inFlight: InFlight | null }[],
): RoundColumns {
  const each = <Value>(of: (round: StoredRound) => Value): Value[] => rounds.map(of);
  return {
    path: each(placeOf),
    slot: each(({ slot }) => slot),
    status: each(({ status }) => statusesOfVersion1[status] ?? status),
    ...exact(
      'exactStatus',
      each(({ status }) => (statusesOfVersion1[status] ? status : null)),
    ),
    reason: each(({ reason }) => reason),
    address: each(({ address }) => address),
    startedAfterMs: each(({ startedAt, slot }) => startedAt - slot),
    tookMs: each(({ startedAt, endedAt }) => endedAt - startedAt),
    lostAfterMs: each(({ lostAfterMs }) => lostAfterMs),
    driver: each(({ provenance }) => provenance.driver),
    stamps: each(({ provenance }) => provenance.stamps),
    fallbackStamps: each(({ provenance }) => provenance.fallbackStamps),
    socketDrops: each(({ provenance }) => provenance.socketDrops),
    sendLagUs: each(({ provenance }) => provenance.sendLagUs),
    p50Us: each(({ provenance }) => provenance.calibration?.p50Us ?? null),
    p99Us: each(({ provenance }) => provenance.calibration?.p99Us ?? null),
    sizes: each((round) => round.sizes.length),
    packetsBytes: bodies.map(({ packed }) => packed && packed.length),
    ...exact(
      'inFlight',
      bodies.map(({ inFlight }) => inFlight),
    ),
    icmpErrors: each(({ icmpErrors }) => (icmpErrors ? [...icmpErrors] : null)),
  };
}

/** A column that is left out where it says nothing. */
export function exact<Name extends string, Value>(
  name: Name,
  column: (Value | null)[],
): Partial<Record<Name, (Value | null)[]>> {
  if (column.every((value) => value === null)) return {};
  return { [name]: column } as Record<Name, (Value | null)[]>;
}

/** The n-th round of the columns, without its sizes and packets. */
export function roundAt(
  rounds: RoundColumns,
  paths: readonly PathId[],
  at: number,
): Omit<StoredRound, 'sizes' | 'packed'> {
  const nth = <Value>(values: readonly Value[]): Value => values[at] as Value;
  const startedAt = nth(rounds.slot) + nth(rounds.startedAfterMs);
  const [p50Us, p99Us] = [nth(rounds.p50Us), nth(rounds.p99Us)];
  return {
    path: pathAt(paths, nth(rounds.path)),
    slot: nth(rounds.slot),
    startedAt,
    endedAt: startedAt + nth(rounds.tookMs),
    status: wordOf(measuredStatuses, rounds.exactStatus?.[at]) ?? nth(rounds.status),
    reason: nth(rounds.reason),
    address: nth(rounds.address),
    lostAfterMs: nth(rounds.lostAfterMs),
    provenance: {
      driver: nth(rounds.driver),
      stamps: nth(rounds.stamps),
      fallbackStamps: nth(rounds.fallbackStamps),
      socketDrops: nth(rounds.socketDrops),
      sendLagUs: nth(rounds.sendLagUs),
      calibration: p50Us === null || p99Us === null ? null : { p50Us, p99Us },
    },
    ...icmpErrorsOf(rounds.icmpErrors?.[at] ?? null),
  };
}

const icmpErrorsOf = (errors: readonly IcmpErrorCount[] | null): Pick<StoredRound, 'icmpErrors'> =>
  errors === null || errors.length === 0 ? {} : { icmpErrors: errors };

/** The word, where this program knows it. */
export const wordOf = <Word extends string>(
  known: readonly Word[],
  given: string | null | undefined,
): Word | null => known.find((word) => word === given) ?? null;

export function pathAt(paths: readonly PathId[], place: number): PathId {
  const path = paths[place];
  if (path === undefined)
    throw new WireFormatError('invalid', `the path ${place} is not among those it names`);
  return path;
}
