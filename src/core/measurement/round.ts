import type { EpochMs, PathId } from '../types.js';
import type { IcmpErrorCount, PacketOutcome } from './packet.js';

/**
 * `ok` is the only status that a month holds. `unscheduled` rounds were asked for by hand or run at start: shown,
 * part of no month. `missing` is a due slot without a round. The others are kept and shown, and missing for the month.
 */
export const roundStatuses = [
  'ok',
  'unscheduled',
  'aborted', // the daemon was told to stop, or its path was removed
  'overrun', // it would have run into the next slot
  'invalid', // the socket dropped packets, or the own interface was down: the observer's fault
  'partial', // too few packets of a size could be sent
  'failed', // name resolution, driver, or nothing could be sent
  'degraded-observer', // the observer was too busy for its stamps to be trusted
  'missing',
] as const;
export type RoundStatus = (typeof roundStatuses)[number];

/** Where the two instants of an RTT were taken. */
export const stampSources = ['kernel-tx-rx', 'kernel-rx', 'user', 'simulated'] as const;
export type StampSource = (typeof stampSources)[number];

/** Every packet of one size, in the order of sending. */
export interface SizeSample {
  /** The length the plan names, in its own length basis. */
  readonly bytes: number;
  readonly packets: readonly PacketOutcome[];
  /** Replies that came again; the first one counted. */
  readonly duplicates: number;
  /** Packets that claimed to be a reply and were not: wrong source, token, length or checksum. */
  readonly mismatched: number;
}

/** How a round's figures were taken: travels with them, so that a statement can say it. */
export interface Provenance {
  /** The probe kind. */
  readonly driver: string;
  readonly stamps: StampSource;
  /** Packets whose RTT fell back to a lesser stamp source than `stamps`. */
  readonly fallbackStamps: number;
  /** Packets the receiving socket dropped, by the kernel's counter; null where it can't be read. */
  readonly socketDrops: number | null;
  /** Worst lateness of the prober against its own schedule, sending or reading, microseconds; null where it isn't measured. */
  readonly sendLagUs: number | null;
  /** What of an RTT is this machine itself, by the calibration in force, microseconds; null before the first. */
  readonly calibration: { readonly p50Us: number; readonly p99Us: number } | null;
}

/** One round as measured, complete with every packet. Its identity is (path, slot). */
export interface Round {
  readonly path: PathId;
  readonly slot: EpochMs;
  readonly startedAt: EpochMs;
  readonly endedAt: EpochMs;
  readonly status: Exclude<RoundStatus, 'missing'>;
  /** Why the status is what it is, for people; of an `ok` or `unscheduled` round what it is marked with, else null. */
  readonly reason: string | null;
  /** The address that was probed; null when the name did not resolve. */
  readonly address: string | null;
  readonly lostAfterMs: number;
  readonly provenance: Provenance;
  readonly sizes: readonly SizeSample[];
  /** Every kind of ICMP error message that came for its packets, whatever became of them; absent: none came. */
  readonly icmpErrors?: readonly IcmpErrorCount[];
}

/** Why a due slot has no round, where it is known. */
export const missingReasons = [
  'stopped',
  'crashed',
  'asleep', // the machine was
  'paused', // the process was stopped, or its virtual machine was
  'clock-stepped',
  'overrun',
  'store',
  'unknown',
] as const;
export type MissingReason = (typeof missingReasons)[number];

/** A due slot that never ran. */
export interface MissingRound {
  readonly path: PathId;
  readonly slot: EpochMs;
  readonly reason: MissingReason;
}
