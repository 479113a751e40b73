import { lost, type PacketOutcome } from '../../src/core/measurement/packet.js';
import type { SizeSample } from '../../src/core/measurement/round.js';
import type { DriverOptions, ProbeDriver, RoundRequest, RoundResult } from '../probe.js';
import { failedRound, requestFault } from '../shared/results.js';
import { roundsInFlight } from '../shared/rounds-in-flight.js';
import { conditionsTowards } from './conditions.js';
import { simulatedEchoes } from './echoes.js';
import { fateOf, noReply, streamKey } from './fate.js';
import type { SimulatedClock, SimulatedScript } from './script.js';

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
const notInTime: PacketOutcome = { kind: 'not-sent', reason: 'aborted' };

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
  return sendMs + lostAfterMs <= elapsedMs ? lost : notInTime;
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
