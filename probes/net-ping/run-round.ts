import type { Progress, RoundResult } from '../probe.js';
import type { IpAddress } from '../shared/ip-address.js';
import { wholeMicroseconds } from '../shared/packet-record.js';
import { packetsIn, sendAtNs } from '../shared/schedule.js';
import { dropsSince } from '../shared/socket-drops.js';
import type { Lines } from '../shared/lines.js';
import type { Endpoint, Endpoints, Listener } from './endpoints.js';
import { sendFailure } from './errors.js';
import type { LagWatch } from './lag.js';
import { newRound } from './round.js';
import type { ChildRound } from './wire.js';

interface RunOptions {
  readonly request: ChildRound;
  readonly target: IpAddress;
  readonly endpoints: Endpoints;
  readonly lines: Lines;
  readonly lag: LagWatch;
  /** In [0, 1): where in the first gap the round starts (RFC 3432 wants a random start). */
  readonly random: () => number;
  readonly onProgress: (progress: Progress) => void;
  /** Called once. */
  readonly onEnd: (result: RoundResult) => void;
}

export interface RunningRound {
  abort(): void;
}

const progressEveryMs = 200;
/** How long a round whose every packet is answered still listens for duplicates. */
const lingerNs = 100e6;
/** Timers count whole milliseconds: a packet that is due within this is sent now rather than a millisecond late. */
const earlyNs = 0.5e6;

/** Runs one round on the family's socket. Throws what the system says when there is none. */
export function runRound(options: RunOptions): RunningRound {
  const { request, target, endpoints, lines, onEnd } = options;
  const listener: Listener = {
    took(turn, message, source, atNs) {
      if (round.took(turn, message, source, Number(atNs - startNs))) lines.answered(line);
      if (!lingering && round.settled) rest();
    },
    died(reason) {
      end('failed', reason);
    },
  };
  const line = lines.of(target.canonical);
  let endpoint = endpoints.join(target.family, line.generation, listener);
  /** All that it has sent by, with what each had dropped before. */
  const used = new Map<Endpoint, number | null>([[endpoint, endpoint.socket.drops()]]);
  const taken: { readonly endpoint: Endpoint; readonly sequence: number }[] = [];
  const round = newRound(request, target, target.family);
  const total = packetsIn(round.plan);
  const patienceNs = (request.lostAfterMs + request.lateWaitMs) * 1e6;
  const startNs = process.hrtime.bigint() + BigInt(Math.floor(options.random() * round.plan.gapNs));
  const sinceStart = (): number => Number(process.hrtime.bigint() - startNs);
  const stopLag = options.lag.start();
  let timer: NodeJS.Timeout | undefined;
  let lingering = false;
  let ended = false;

  const report = (): void => {
    options.onProgress({ sent: round.turnsTaken, received: round.received, total });
  };
  const progressTimer = request.progress ? setInterval(report, progressEveryMs) : undefined;

  const end = (how: RoundResult['ended'], reason: string | null): void => {
    if (ended) return;
    ended = true;
    const endedNs = sinceStart();
    clearTimeout(timer);
    clearInterval(progressTimer);
    if (request.progress) report();
    const lagUs = wholeMicroseconds(stopLag());
    const socketDrops =
      how === 'failed' ? null : dropsSince([...used].map(([{ socket }, before]) => [socket, before]));
    for (const one of taken) one.endpoint.sequences.release(listener, one.sequence);
    for (const one of used.keys()) endpoints.leave(one, listener);
    onEnd({
      ended: how,
      reason,
      sizes: how === 'failed' ? [] : round.samples(endedNs),
      icmpErrors: how === 'failed' ? [] : round.icmpErrors(),
      provenance: {
        stamps: 'user',
        fallbackStamps: 0,
        socketDrops,
        sendLagUs: round.sendLagUs === null ? null : Math.max(round.sendLagUs, lagUs),
      },
    });
  };

  const after = (ns: number, then: () => void): void => {
    clearTimeout(timer);
    timer = setTimeout(then, Math.max(1, Math.ceil((ns - earlyNs) / 1e6)));
  };

  /** After a standstill replies wait unread behind a timer that is due: reads them all before it ends the round. */
  const endWhenAllIsRead = (readBefore: number): void => {
    setImmediate(() => {
      const messagesRead = [...used.keys()].reduce((sum, one) => sum + one.messagesRead, 0);
      if (messagesRead === readBefore) end('completed', null);
      else endWhenAllIsRead(messagesRead);
    });
  };

  const waitUntil = (deadlineNs: number): void => {
    const leftNs = deadlineNs - sinceStart();
    if (leftNs <= 0) endWhenAllIsRead(-1);
    else
      after(leftNs + earlyNs, () => {
        waitUntil(deadlineNs);
      });
  };

  /** All is sent: waits for the replies, or for duplicates of them. */
  const rest = (): void => {
    lingering = round.settled;
    waitUntil(lingering ? sinceStart() + lingerNs : (round.lastSentNs ?? 0) + patienceNs);
  };

  /** A target that stays unanswered is sent to by a socket with a fresh identifier. */
  const chooseEndpoint = (nowMs: number): void => {
    const generation = lines.sending(line, nowMs * 1e6);
    if (generation === endpoint.generation) return;
    try {
      endpoint = endpoints.join(target.family, generation, listener);
      if (!used.has(endpoint)) used.set(endpoint, endpoint.socket.drops());
    } catch {
      // The one that is open is better than none.
    }
  };

  const sendOne = (turn: number): void => {
    const nowMs = performance.now();
    chooseEndpoint(nowMs);
    const sequence = endpoint.sequences.take(listener, turn, nowMs, nowMs + patienceNs / 1e6);
    if (sequence === null) {
      round.notSent(turn, 'no-buffer');
      return;
    }
    taken.push({ endpoint, sequence });
    const { socket } = endpoint;
    let sentNs = 0;
    const message = round.message(turn, socket.identifier, sequence);
    const refused = socket.send(target.text, sequence, message, () => {
      sentNs = sinceStart();
    });
    if (refused) round.notSent(turn, sendFailure(refused));
    else round.sent(turn, socket.identifier, sequence, sentNs);
  };

  const sendWhatIsDue = (): void => {
    while (round.turnsTaken < total) {
      const leftNs = sendAtNs(round.plan, round.turnsTaken, round.lastSentNs) - sinceStart();
      if (leftNs > earlyNs) {
        after(leftNs, sendWhatIsDue);
        return;
      }
      sendOne(round.turnsTaken);
    }
    rest();
  };
  after(Number(startNs - process.hrtime.bigint()), sendWhatIsDue);

  return {
    abort() {
      end('aborted', null);
    },
  };
}
