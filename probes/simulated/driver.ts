import { setMaxListeners } from 'node:events';
import { isIP } from 'node:net';
import {
  aborted,
  inFlight,
  lost,
  type PacketOutcome,
  type SizeSample,
} from '../../src/core/measurement/round.js';
import type {
  DriverOptions,
  EchoRequest,
  EchoResult,
  ProbeDriver,
  RoundRequest,
  RoundResult,
} from '../probe.js';
import { failedRound, requestFault } from '../shared/results.js';
import { roundsInFlight } from '../shared/rounds-in-flight.js';
import { type Conditions, conditionsTowards, type SimulatedClock, type SimulatedScript } from './script.js';

/** The fate of a packet that no reply comes to. */
const noReply = -1;

/** A well-mixed 32-bit hash of `state` and `value` (the finalizer of MurmurHash3). */
const mix = (state: number, value: number): number => {
  let h = Math.imul(state ^ value, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35) + 0x9e3779b9;
  return (h ^ (h >>> 16)) >>> 0;
};

/** What all packets of one size of one round have in common: the start of each one's chances. */
function streamKey(seed: number, address: string, startedAt: number, bytes: number): number {
  let key = mix(0x706f7073, seed >>> 0);
  for (let index = 0; index < address.length; index += 1) key = mix(key, address.charCodeAt(index));
  key = mix(key, startedAt >>> 0);
  key = mix(key, Math.floor(startedAt / 2 ** 32));
  return mix(key, bytes);
}

/**
 * The RTT in microseconds of the `index`-th packet of a stream, or `noReply`. It depends on the arguments alone, so
 * it is the same however paths interleave.
 *
 * The jitter is the sum of twelve uniforms less 6: mean 0, deviation 1, normal to within 6 deviations; integer
 * arithmetic, so every machine and every version of Node gives the same microsecond.
 */
function fateOf(key: number, index: number, conditions: Conditions): number {
  let state = mix(key, index);
  if (conditions.down || state < conditions.loss * 2 ** 32) return noReply;
  if (conditions.jitterUs === 0) return Math.max(0, Math.floor(conditions.delayUs + 0.5));
  let sum = 0;
  for (let part = 1; part <= 6; part += 1) {
    state = mix(state, part);
    sum += (state >>> 16) + (state & 0xffff) + 1;
  }
  const deviations = sum / 65_536 - 6;
  return Math.max(0, Math.floor(conditions.delayUs + conditions.jitterUs * deviations + 0.5));
}

interface EchoesOptions {
  readonly script: SimulatedScript;
  readonly clock: SimulatedClock;
}

/** Single echoes over the simulated network. */
interface Echoes {
  send(requests: readonly EchoRequest[], tell: (results: readonly EchoResult[]) => void): void;
  /** Tells what is in flight as not sent. */
  close(): void;
}

interface Coming {
  readonly result: EchoResult;
  readonly inMs: number;
}

function simulatedEchoes({ script, clock }: EchoesOptions): Echoes {
  const closing = new AbortController();
  // One for each echo in flight.
  setMaxListeners(0, closing.signal);

  const fate = (request: EchoRequest, sentAtMs: number): Coming => {
    const { id, address, icmpBytes, patienceMs } = request;
    if (isIP(address) === 0)
      return { inMs: 0, result: { id, sentAtMs, outcome: { kind: 'not-sent', reason: 'other' } } };
    const now = clock.now();
    const conditions = conditionsTowards(script, address, now, now)(now);
    const rttUs = fateOf(streamKey(script.seed, address, now, icmpBytes), id, conditions);
    if (rttUs === noReply || rttUs > patienceMs * 1000)
      return { inMs: patienceMs, result: { id, sentAtMs, outcome: lost } };
    return { inMs: rttUs / 1000, result: { id, sentAtMs, outcome: { kind: 'received', rttUs } } };
  };

  return {
    send(requests, tell) {
      const sentAtMs = clock.monotonicMs();
      const coming = new Map<number, EchoResult[]>();
      for (const request of requests) {
        const { inMs, result } = fate(request, sentAtMs);
        coming.set(inMs, [...(coming.get(inMs) ?? []), result]);
      }
      for (const [inMs, results] of coming)
        void clock.sleep(inMs, closing.signal).then(() => {
          const cutOff = closing.signal.aborted;
          tell(cutOff ? results.map(unsent) : results);
        });
    },
    close() {
      closing.abort();
    },
  };
}

const unsent = ({ id, sentAtMs }: EchoResult): EchoResult => ({
  id,
  sentAtMs,
  outcome: { kind: 'not-sent', reason: 'aborted' },
});

export interface SimulatedOptions extends DriverOptions {
  readonly script: SimulatedScript;
  readonly clock: SimulatedClock;
}

const provenance: RoundResult['provenance'] = {
  stamps: 'simulated',
  fallbackStamps: 0,
  socketDrops: null,
  sendLagUs: null,
};

/** A round whose every packet is already decided; what is left is to let its time pass. */
interface PlannedRound {
  /** RTTs in microseconds or `noReply`, size after size. */
  readonly rttUs: Float64Array;
  /** From the round's start to each packet's sending, milliseconds. */
  readonly sendMs: Float64Array;
  /** From the start until nothing is waited for any more. */
  readonly lengthMs: number;
}

function plan(script: SimulatedScript, request: RoundRequest, startedAt: number): PlannedRound {
  const { sizes, count, intervalMs } = request;
  const patienceMs = request.lostAfterMs + request.lateWaitMs;
  const shiftMs = intervalMs / sizes.length;
  const rttUs = new Float64Array(sizes.length * count);
  const sendMs = new Float64Array(sizes.length * count);
  const at = conditionsTowards(script, request.address, startedAt, startedAt + count * intervalMs);
  let lengthMs = 0;
  sizes.forEach((size, stream) => {
    const key = streamKey(script.seed, request.address, startedAt, size.bytes);
    for (let index = 0; index < count; index += 1) {
      const sentAfterMs = index * intervalMs + stream * shiftMs;
      const rtt = fateOf(key, index, at(startedAt + sentAfterMs));
      const answered = rtt !== noReply && rtt <= patienceMs * 1000;
      const place = stream * count + index;
      rttUs[place] = answered ? rtt : noReply;
      sendMs[place] = sentAfterMs;
      const doneMs = sentAfterMs + (answered ? rtt / 1000 : patienceMs);
      if (doneMs > lengthMs) lengthMs = doneMs;
    }
  });
  return { rttUs, sendMs, lengthMs };
}

/** What is known of one packet `elapsedMs` after the round's start. */
function outcomeOf(rttUs: number, sendMs: number, elapsedMs: number, lostAfterMs: number): PacketOutcome {
  if (rttUs !== noReply && sendMs + rttUs / 1000 <= elapsedMs)
    return { kind: rttUs <= lostAfterMs * 1000 ? 'received' : 'late', rttUs };
  if (sendMs > elapsedMs) return aborted;
  return sendMs + lostAfterMs <= elapsedMs ? lost : inFlight;
}

function samples(round: PlannedRound, request: RoundRequest, elapsedMs: number): SizeSample[] {
  return request.sizes.map((size, stream) => {
    const packets = new Array<PacketOutcome>(request.count);
    for (let index = 0; index < request.count; index += 1) {
      const place = stream * request.count + index;
      packets[index] = outcomeOf(
        round.rttUs[place] ?? noReply,
        round.sendMs[place] ?? 0,
        elapsedMs,
        request.lostAfterMs,
      );
    }
    return { bytes: size.bytes, packets, duplicates: 0, mismatched: 0 };
  });
}

function report(round: PlannedRound, request: RoundRequest, elapsedMs: number): void {
  if (!request.onProgress) return;
  let sent = 0;
  let received = 0;
  const lostAfterUs = request.lostAfterMs * 1000;
  for (let place = 0; place < round.sendMs.length; place += 1) {
    const sendMs = round.sendMs[place] ?? 0;
    const rttUs = round.rttUs[place] ?? noReply;
    if (sendMs <= elapsedMs) sent += 1;
    if (rttUs !== noReply && rttUs <= lostAfterUs && sendMs + rttUs / 1000 <= elapsedMs) received += 1;
  }
  request.onProgress({ sent, received, total: round.sendMs.length });
}

/** How often a watched round wakes up to say how far it is; unwatched ones sleep once. */
const progressSteps = 20;
const leastStepMs = 100;

/** Opens a network that exists on paper only: seeded, so that the same script gives the same packets. */
export function openSimulated(options: SimulatedOptions): ProbeDriver {
  const { script, clock } = options;
  const rounds = roundsInFlight();
  const echoes = simulatedEchoes(options);

  const play = async (request: RoundRequest, signal: AbortSignal): Promise<RoundResult> => {
    const startMs = clock.monotonicMs();
    const round = plan(script, request, clock.now());
    const stepMs = request.onProgress
      ? Math.max(leastStepMs, round.lengthMs / progressSteps)
      : round.lengthMs;
    const isOver = (): boolean => signal.aborted;
    let elapsedMs = 0;
    while (elapsedMs < round.lengthMs && !isOver()) {
      const untilMs = Math.min(round.lengthMs, elapsedMs + stepMs);
      await clock.sleep(untilMs - elapsedMs, signal);
      const sleptUntilMs = clock.monotonicMs() - startMs;
      // A timer may wake a hair early: a sleep that nothing broke off has lasted as long as was asked.
      elapsedMs = isOver() ? sleptUntilMs : Math.max(sleptUntilMs, untilMs);
      report(round, request, elapsedMs);
    }
    const complete = elapsedMs >= round.lengthMs;
    return {
      ended: complete ? 'completed' : 'aborted',
      reason: complete ? null : String(signal.reason),
      sizes: samples(round, request, elapsedMs),
      provenance,
    };
  };

  return {
    kind: 'simulated',
    stamps: 'simulated',
    measure: (request) => {
      const fault = requestFault(request);
      return fault === null
        ? rounds.run(request.signal, (signal) => play(request, signal))
        : Promise.resolve(failedRound('simulated', fault));
    },
    echo: (requests, tell) => {
      echoes.send(requests, tell);
    },
    async close() {
      echoes.close();
      await rounds.close();
    },
  };
}
