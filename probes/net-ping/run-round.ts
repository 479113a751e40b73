import type { Progress, RoundResult } from '../probe.js';
import { type IpAddress, sameBytes } from '../shared/ip-address.js';
import { type PacketRecord, newPacketRecord, outcomeOf, wholeMicroseconds } from '../shared/packet-record.js';
import { type Schedule, dueNs, packetsIn, schedule, sendAtNs } from '../shared/schedule.js';
import { dropsSince } from '../shared/socket-drops.js';
import type { Lines } from '../shared/lines.js';
import type { Endpoint, Endpoints, Listener } from './endpoints.js';
import { sendFailure } from './errors.js';
import type { LagWatch } from './lag.js';
import type { ChildRound } from './wire.js';
import type { IcmpErrorCount, SizeSample } from '../../src/core/measurement/round.js';
import { type Family, echoRequest, newToken, sameEcho } from '../shared/echo.js';
import { worseError } from '../shared/icmp-errors.js';
import { type IcmpMessage, quotes } from '../shared/icmp-message.js';
import { icmpTally, ownAddresses } from '../shared/icmp-tally.js';

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

/** One round while it runs: what was sent, and what came of it. Knows no socket and no clock. */
export interface Round {
  readonly plan: Schedule;
  readonly target: IpAddress;
  /** Packets that were sent, or could not be. */
  readonly turnsTaken: number;
  readonly received: number;
  readonly lastSentNs: number | null;
  /** Worst lateness of a sending; null before the first. */
  readonly sendLagUs: number | null;
  /** True when nothing more can come but duplicates: every packet was answered, or not sent. */
  readonly settled: boolean;
  /** The echo request of `turn`, valid until the next is asked for. */
  message(turn: number, identifier: number, sequence: number): Buffer;
  sent(turn: number, identifier: number, sequence: number, atNs: number): void;
  notSent(turn: number, reason: NonNullable<PacketRecord['notSent']>): void;
  /** Books a message that carries the sequence number of `turn`; true for the packet's first reply. */
  took(turn: number, message: Exclude<IcmpMessage, { kind: 'other' }>, source: string, atNs: number): boolean;
  samples(endedNs: number): SizeSample[];
  icmpErrors(): IcmpErrorCount[];
}

const isOwn = ownAddresses();

export function newRound(request: ChildRound, target: IpAddress, family: Family): Round {
  const { sizes, count } = request;
  const plan = schedule(sizes.length, count, request.intervalMs);
  const total = packetsIn(plan);
  const packets = Array.from({ length: total }, newPacketRecord);
  const sequences = new Uint16Array(total);
  const identifiers = new Uint16Array(total);
  const streams = sizes.map(({ bytes, icmpBytes }) => ({
    bytes,
    message: Buffer.alloc(icmpBytes),
    duplicates: 0,
    mismatched: 0,
  }));
  const tokens = newTokens();
  const tally = icmpTally();
  const lostAfterNs = request.lostAfterMs * 1e6;
  let taken = 0;
  let unanswered = 0;
  let received = 0;
  let lastSentNs: number | null = null;
  let worstLagNs: number | null = null;

  const streamOf = (turn: number) => {
    const stream = streams[turn % streams.length];
    if (!stream) throw new Error(`a round of ${streams.length} sizes has no packet ${turn}`);
    return stream;
  };
  const packetOf = (turn: number) => {
    const packet = packets[turn];
    if (!packet) throw new Error(`a round of ${total} packets has no packet ${turn}`);
    return packet;
  };
  const message = (turn: number, identifier: number, sequence: number): Buffer => {
    const into = streamOf(turn).message;
    return echoRequest(family, identifier, sequence, tokens(turn), into.length, into);
  };

  const bookError = (
    packet: PacketRecord,
    turn: number,
    { error, type, code, mtu }: Extract<IcmpMessage, { kind: 'error' }>,
    from: string,
  ): void => {
    tally.add({ bytes: streamOf(turn).bytes, family, type, code, from, mtu });
    // The own system says so of a packet whose next hop did not answer: it never left this machine.
    if (error === 'host-unreachable' && packet.rttNs === null && isOwn(from)) packet.notSent = error;
    else packet.error = worseError(packet.error, error);
  };

  return {
    plan,
    target,
    message,
    get turnsTaken() {
      return taken;
    },
    get received() {
      return received;
    },
    get lastSentNs() {
      return lastSentNs;
    },
    get sendLagUs() {
      return worstLagNs === null ? null : wholeMicroseconds(worstLagNs);
    },
    get settled() {
      return taken === total && unanswered === 0;
    },
    sent(turn, identifier, sequence, atNs) {
      packetOf(turn).sentNs = atNs;
      identifiers[turn] = identifier;
      sequences[turn] = sequence;
      lastSentNs = atNs;
      worstLagNs = Math.max(worstLagNs ?? 0, atNs - dueNs(plan, turn));
      taken += 1;
      unanswered += 1;
    },
    notSent(turn, reason) {
      packetOf(turn).notSent = reason;
      taken += 1;
    },
    took(turn, came, source, atNs) {
      const packet = packetOf(turn);
      if (packet.sentNs === null) return false;
      const expected = message(turn, identifiers[turn] ?? 0, sequences[turn] ?? 0);
      if (came.kind === 'error') {
        if (sameBytes(came.request.destination, target.bytes) && quotes(came.request, expected))
          bookError(packet, turn, came, source);
        return false;
      }
      const stream = streamOf(turn);
      if (!came.intact || source !== target.canonical || !sameEcho(came.message, expected))
        stream.mismatched += 1;
      else if (packet.rttNs !== null) stream.duplicates += 1;
      else {
        packet.rttNs = atNs - packet.sentNs;
        unanswered -= 1;
        if (packet.rttNs <= lostAfterNs) received += 1;
        return true;
      }
      return false;
    },
    icmpErrors: () => tally.counts(),
    samples: (endedNs) =>
      streams.map(({ bytes, duplicates, mismatched }, stream) => ({
        bytes,
        duplicates,
        mismatched,
        packets: Array.from({ length: count }, (_, index) =>
          outcomeOf(packetOf(index * streams.length + stream), lostAfterNs, endedNs),
        ),
      })),
  };
}

/** 64 unforeseeable bits for each packet of a round: a random number that counts on from packet to packet. */
function newTokens(): (turn: number) => Buffer {
  const token = newToken();
  const first = token.readBigUInt64BE();
  return (turn) => {
    token.writeBigUInt64BE(BigInt.asUintN(64, first + BigInt(turn)));
    return token;
  };
}
