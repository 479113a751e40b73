import type { NatsConnection } from '@nats-io/transport-node';
import { z } from 'zod';
import type { EpochMs } from '../core/types.js';
import type { Clock } from '../engine/ports.js';
import { timeSubject } from './streams.js';

/** How far this machine's clock is off against the hub's: by `offsetMs`, give or take `errorMs`. */
export interface ClockReading {
  readonly offsetMs: number;
  readonly errorMs: number;
  /** When it was read, by this clock. */
  readonly at: EpochMs;
}

/** What a hub says of the mesh. */
interface MeshSaid {
  /** The revision of the mesh that is published. */
  readonly revision: number | null;
  /** When the stream of rows was made; null: not known, or by a hub that does not say. */
  readonly streamMade: string | null;
}

/** What a hub answers: its clock, and what it says of the mesh. */
interface TimeAnswer extends MeshSaid {
  readonly at: EpochMs;
}

const answerSchema = z.object({
  at: z.int(),
  revision: z.int().nullable(),
  streamMade: z.string().nullable().default(null),
});
const exchanges = 3;
const patienceMs = 3_000;

/**
 * One exchange: the hub's clock was read somewhere between the request and its answer, so the truth is at most half
 * of the round trip away.
 */
export function offsetOf(sentAt: EpochMs, rttMs: number, hubAt: EpochMs): Omit<ClockReading, 'at'> {
  const errorMs = rttMs / 2;
  return { offsetMs: sentAt + errorMs - hubAt, errorMs };
}

/** Off for sure by more than the limit: what the round trip leaves open is taken for the clock. */
export function isSuspect(reading: Pick<ClockReading, 'offsetMs' | 'errorMs'>, limitMs: number): boolean {
  return Math.abs(reading.offsetMs) - reading.errorMs > limitMs;
}

/** Asks a few times and takes the quickest answer. Rejects when no hub answers. */
export async function askTime(
  connection: NatsConnection,
  clock: Pick<Clock, 'now' | 'monotonicMs'>,
): Promise<MeshSaid & { readonly reading: ClockReading }> {
  const readings: ClockReading[] = [];
  let answer: MeshSaid = { revision: null, streamMade: null };
  for (let n = 0; n < exchanges; n += 1) {
    // In this order: what passes between the two belongs to the round trip.
    const sent = clock.monotonicMs();
    const sentAt = clock.now();
    const message = await connection.request(timeSubject, undefined, { timeout: patienceMs });
    const rttMs = clock.monotonicMs() - sent;
    const { at, ...more } = answerSchema.parse(message.json());
    readings.push({ ...offsetOf(sentAt, rttMs, at), at: clock.now() });
    answer = more;
  }
  const reading = readings.reduce((a, b) => (b.errorMs < a.errorMs ? b : a));
  return { reading, ...answer };
}

/** Answers those who ask, of all hubs one; ends with the connection or when what it gives back is called. */
export function answerTime(connection: NatsConnection, answer: () => TimeAnswer): () => void {
  const subscription = connection.subscribe(timeSubject, {
    queue: 'hubs',
    callback: (error, message) => {
      if (error === null) message.respond(JSON.stringify(answer()));
    },
  });
  return () => {
    subscription.unsubscribe();
  };
}
