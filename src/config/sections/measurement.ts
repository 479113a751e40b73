import { z } from 'zod';
import { lengthBases, type LengthBasis } from '../../core/measurement/round.js';
import {
  day,
  duration,
  formatDuration,
  given,
  hour,
  ip,
  minute,
  oneOf,
  second,
  textual,
  whole,
  withoutNulls,
  wrong,
  yesOrNo,
} from '../scalars.js';

/** What a path asks of its packets; what is left out is the system's choice. */
export interface ProbeOptions {
  /** Differentiated services code point, 0 to 63 (RFC 2474). */
  readonly dscp?: number;
  /** TTL or hop limit, 1 to 255. */
  readonly ttl?: number;
  /** The address to send from. */
  readonly source?: string;
  readonly dontFragment?: boolean;
  /** The name of the interface to send through. */
  readonly interface?: string;
}

const device = () =>
  textual('the name of a network interface, at most 15 characters', (text) =>
    /^[^\s/]{1,15}$/.test(text) ? text : wrong('is not the name of an interface'),
  );

/** How the packets of a path are made; what is left out is the system's choice. */
export const probeSchema = z.strictObject({
  dscp: whole(0, 63).optional(),
  ttl: whole(1, 255).optional(),
  sourceAddress: ip().optional(),
  dontFragment: yesOrNo().optional(),
  interface: device().optional(),
});

export type RawProbe = z.output<typeof probeSchema>;

/** Null when nothing is asked for. */
export function buildProbe({ sourceAddress: source, ...rest }: RawProbe): ProbeOptions | null {
  const probe: ProbeOptions = given({ source, ...rest });
  return Object.keys(probe).length === 0 ? null : probe;
}

export function plainProbe({ source, ...rest }: ProbeOptions): object {
  return withoutNulls({ ...rest, sourceAddress: source ?? null });
}

export interface MeasurementConfig {
  /** Between two slots; divides a day. */
  readonly everyMs: number;
  /** Echo requests of each size. */
  readonly packets: number;
  /** A round with a size of which fewer could be sent is `partial`; left out: nine in ten of `packets`. */
  readonly minimumSent?: number;
  readonly sizes: readonly number[];
  readonly lengthBasis: LengthBasis;
  readonly lostAfterMs: number;
  /** How much longer late replies are waited for. */
  readonly lateWaitMs: number;
  /** Between two packets of one size. */
  readonly packetIntervalMs: number;
  /** A round starts at a random instant in [slot, slot + spread). */
  readonly spreadMs: number;
  /** A round with a packet that left later than this against its schedule is the observer's fault, and missing. */
  readonly lagLimitMs: number;
}

/** The defaults are the contract's, clause 2.1 (2) and (3). */
const measurementSchema = z.strictObject({
  every: duration(second, day).default(30 * minute),
  packets: whole(1, 10_000).default(100),
  minimumSent: whole(0, 10_000).optional(),
  sizes: z.array(whole(1, 65_575)).default([64, 128, 512]),
  lengthBasis: oneOf(lengthBases).default('icmp'),
  lostAfter: duration(1, minute).default(2000),
  lateWait: duration(0, minute).default(second),
  packetInterval: duration(1, minute).default(second),
  spread: duration(0, 12 * hour).default(5 * minute),
  lagLimit: duration(1, minute).default(500),
  probe: probeSchema.optional(),
});

/** The rounds: how often, how many packets of which sizes, and until when a reply counts. */
export const measurementSection = {
  schema: measurementSchema,
  build: (raw: z.output<typeof measurementSchema>): MeasurementConfig => ({
    everyMs: raw.every,
    packets: raw.packets,
    sizes: raw.sizes,
    lengthBasis: raw.lengthBasis,
    lostAfterMs: raw.lostAfter,
    ...(raw.minimumSent === undefined ? {} : { minimumSent: raw.minimumSent }),
    lateWaitMs: raw.lateWait,
    packetIntervalMs: raw.packetInterval,
    spreadMs: raw.spread,
    lagLimitMs: raw.lagLimit,
  }),
  show: (measurement: MeasurementConfig): object => ({
    every: formatDuration(measurement.everyMs),
    packets: measurement.packets,
    sizes: measurement.sizes,
    lengthBasis: measurement.lengthBasis,
    lostAfter: formatDuration(measurement.lostAfterMs),
    ...(measurement.minimumSent === undefined ? {} : { minimumSent: measurement.minimumSent }),
    lateWait: formatDuration(measurement.lateWaitMs),
    packetInterval: formatDuration(measurement.packetIntervalMs),
    spread: formatDuration(measurement.spreadMs),
    lagLimit: formatDuration(measurement.lagLimitMs),
  }),
};
