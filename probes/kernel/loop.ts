import { maxIcmpMessageBytes, minIcmpMessageBytes } from '../../src/core/measurement/length.js';
import { getSystemErrorName } from 'node:util';
import type { NotSentReason } from '../../src/core/measurement/packet.js';
import type { EchoRequest, PacketOptions } from '../probe.js';
import type { Family } from '../shared/echo.js';
import { notSentReason } from '../shared/not-sent.js';
import type { Address } from './address.js';
import { createAgenda } from './agenda.js';
import { createClockGuard } from './clock-guard.js';
import type { Clock } from './clock.js';
import { createEchoes } from './echoes.js';
import { advance, land, nextPacket, progressOf, startFlight, type Flight } from './flight.js';
import { writeRequest } from './packet.js';
import { packSizes } from './packed.js';
import type { Poller } from './poller.js';
import type { FromWorker, PackedResult, ToWorker, WorkerRequest } from './protocol.js';
import { createReader } from './replies.js';
import { SocketFault } from './socket.js';
import { createTokens } from './tokens.js';
import type { Wire } from './wire.js';
import { createWires, type BookedWire } from './wires.js';

export interface LoopOptions {
  readonly clock: Clock;
  readonly poller: Poller;
  /** Opens a socket for such packets, `longest` bytes at most. Throws with a reason for people. */
  readonly openWire: (family: Family, options: PacketOptions) => Wire;
  /** Room for replies of this length is needed from now on. */
  readonly expectBytes: (bytes: number) => void;
  /** The address as the kernel takes it; null when the text is none. */
  readonly parse: (address: string) => Address | null;
  readonly tell: (message: FromWorker) => void;
  /** Becomes readable when there is a message. */
  readonly wakeFd: number;
  /** The messages that came; `woken`: the descriptor above was readable. */
  readonly messages: (woken: boolean) => readonly ToWorker[];
  /**
   * With the next packet due within this, replies wait for that wake-up: half the wake-ups, and the kernel has stamped
   * them already. 0 where it has not.
   */
  readonly restNs: number;
  /** Called at each turn, at least once a second: a sign of life. */
  readonly beat: () => void;
  /** The clock that all threads share; `process.hrtime` unless told. */
  readonly hrtimeMs?: () => number;
}

/** How far ahead of its time a packet may leave: sleeping for less costs more than it gives. */
const earlyNs = 5_000;
/** So many packets in a row, then what came is read. */
const sendsATurn = 32;
/** So many batches of replies in a row, then what is due is sent. */
const batchesATurn = 16;
const idleNs = 1e9;
const progressEveryNs = 100e6;
const sweepEveryNs = 10e9;
const unusedNs = 60e9;
/** With nothing but single echoes in flight, what came is read so often: the kernel has stamped it already. */
const echoRestNs = 20e6;
/** Rounds that are asked for at one instant start at random ones, at most so far apart. */
const longestPhaseNs = 100e6;

/** Sends and receives for all rounds, until it is told to stop. Blocks its thread: that does nothing else. */
export function runLoop(options: LoopOptions): void {
  const { clock, poller, tell } = options;
  const flights = new Map<number, Flight>();
  const agenda = createAgenda<Flight>();
  const wires = createWires(options.openWire);
  const guard = createClockGuard();
  const tokens = createTokens();
  const reader = createReader(flights, clock);
  const messages = new Map<number, Buffer>();
  const hrtimeMs = options.hrtimeMs ?? ((): number => Number(process.hrtime.bigint()) / 1e6);
  const echoes = createEchoes({ tell, hrtimeMs });
  const life = { stopped: false };
  let nextEndNs = Infinity;
  let nextProgressNs = Infinity;
  let nextSweepNs = sweepEveryNs;

  const readClocks = (): { monoNs: number; epoch: number } => {
    let monoNs = 0;
    // A reading during which the thread lost its processor says little of the wall clock.
    for (let tries = 0; tries < 4; tries += 1) {
      const beforeNs = clock.monotonicNs();
      const realNs = clock.wallNs();
      monoNs = clock.monotonicNs();
      guard.observe(beforeNs, realNs, monoNs);
      if (monoNs - beforeNs < 20_000) break;
    }
    return { monoNs, epoch: guard.epoch };
  };

  const drainErrors = (booked: BookedWire): number => {
    let drained = 0;
    for (let came = booked.wire.fetchErrors(); came > 0; came = booked.wire.fetchErrors()) {
      for (let index = 0; index < came; index += 1) reader.error(booked, booked.wire.error(index));
      drained += came;
    }
    return drained;
  };

  const drainReplies = (booked: BookedWire): void => {
    for (let batches = 0; batches < batchesATurn; batches += 1) {
      const came = booked.wire.fetchReplies();
      if (came <= 0) return;
      const seen = readClocks();
      const fetchStamps = (): void => {
        drainErrors(booked);
      };
      for (let index = 0; index < came; index += 1) {
        const done = reader.reply(booked, booked.wire.reply(index), seen, fetchStamps);
        if (done && echoes.has(done)) finishEcho(done);
        else if (done) nextEndNs = Math.min(nextEndNs, done.endNs);
      }
    }
  };

  const wireWithRoom = (flight: Flight, nowNs: number): { booked: BookedWire; sequence: number } | null => {
    const { family } = flight.target;
    const packetOptions = flight.request.options ?? {};
    tokens.next();
    const take = (booked: BookedWire): number =>
      booked.ledger.take(flight.id, flight.turn, tokens.high, tokens.low, nowNs + flight.patienceNs, nowNs);
    for (const booked of wires.get(family, packetOptions)) {
      const sequence = take(booked);
      if (sequence >= 0) return { booked, sequence };
    }
    const booked = wires.more(family, packetOptions);
    return booked && { booked, sequence: take(booked) };
  };

  const messageOf = (bytes: number): Buffer => {
    let message = messages.get(bytes);
    if (!message) messages.set(bytes, (message = Buffer.alloc(bytes)));
    return message;
  };

  const unsent = (errno: number): NotSentReason => notSentReason(getSystemErrorName(-errno));

  /** The same, with a reason when there is none: a further socket could not be opened, or all numbers are taken. */
  const room = (flight: Flight, nowNs: number): { booked: BookedWire; sequence: number } | NotSentReason => {
    try {
      return wireWithRoom(flight, nowNs) ?? 'no-buffer';
    } catch (error) {
      return error instanceof SocketFault ? unsent(error.errno) : 'other';
    }
  };

  /** While a batch of echoes is sent: what their wires had dropped before it, asked once for all of them. */
  let batchDrops: Map<Wire, number | null> | null = null;
  const dropsNow = (wire: Wire): number | null => {
    const known = batchDrops?.get(wire);
    if (known !== undefined) return known;
    const drops = wire.drops();
    batchDrops?.set(wire, drops);
    return drops;
  };

  /** Sends the flight's next packet; returns the wire it went out by. */
  const sendNext = (flight: Flight, nowNs: number): BookedWire | null => {
    const sent = nextPacket(flight);
    const size = flight.request.sizes[flight.turn % flight.plan.streams];
    if (!size) return null;
    const found = room(flight, nowNs);
    if (typeof found === 'string') {
      sent.notSent = found;
      return null;
    }
    const { booked, sequence } = found;
    const { wire } = booked;
    if (!flight.dropsBefore.has(wire)) {
      flight.dropsBefore.set(wire, dropsNow(wire));
      booked.users += 1;
    }
    booked.lastUsedNs = nowNs;
    const message = messageOf(size.icmpBytes);
    const { high, low } = tokens;
    writeRequest(message, wire.family, { identifier: wire.identifier, sequence, high, low });
    let errno = 0;
    // An ICMP error that came for an earlier packet makes the next call fail: that says nothing of this packet.
    for (let tries = 0; tries < 3; tries += 1) {
      sent.epoch = guard.epoch;
      sent.sentMonoNs = clock.monotonicNs();
      sent.sentRealNs = clock.wallNs();
      errno = wire.send(message, flight.target);
      if (errno === 0 || drainErrors(booked) === 0) break;
    }
    if (errno === 0) {
      sent.sentNs = sent.sentMonoNs - flight.startNs;
      flight.lastSentNs = sent.sentMonoNs;
      flight.sent += 1;
      flight.open += 1;
      return booked;
    }
    booked.ledger.giveBack(sequence);
    sent.notSent = unsent(errno);
    // The interface that the socket is bound to may be gone, and come back as another one.
    if (sent.notSent === 'interface-down' && flight.request.options?.interface !== undefined)
      wires.retire(booked);
    return null;
  };

  const finish = (flight: Flight, ended: 'completed' | 'aborted', reason: string | null): void => {
    const { sizes, ...rest } = land(flight, clock.monotonicNs(), ended, reason);
    flights.delete(flight.id);
    for (const booked of wires.all) if (flight.dropsBefore.has(booked.wire)) booked.users -= 1;
    tell({ type: 'result', id: flight.id, result: { ...rest, sizes: packSizes(sizes) } });
  };

  const finishEcho = (flight: Flight): void => {
    flights.delete(flight.id);
    for (const booked of wires.all) if (flight.dropsBefore.has(booked.wire)) booked.users -= 1;
    echoes.end(flight, clock.monotonicNs());
  };

  const sendEchoes = (requests: readonly EchoRequest[]): void => {
    const used = new Set<BookedWire>();
    batchDrops = new Map();
    for (const request of requests) {
      const nowNs = clock.monotonicNs();
      const target = options.parse(request.address);
      // A message that can't be written would end the thread, and every round with it.
      if (!target || !isEchoLength(request.icmpBytes)) {
        echoes.refuse(request.id, 'other', nowNs);
        continue;
      }
      options.expectBytes(request.icmpBytes);
      const flight = echoes.start(request, target, nowNs);
      flights.set(flight.id, flight);
      const booked = sendNext(flight, nowNs);
      advance(flight, clock.monotonicNs());
      if (booked) used.add(booked);
      if (flight.open === 0) finishEcho(flight);
      else nextEndNs = Math.min(nextEndNs, flight.endNs);
    }
    batchDrops = null;
    for (const booked of used) drainErrors(booked);
  };

  const sendDue = (): void => {
    const used = new Set<BookedWire>();
    for (let sends = 0; sends < sendsATurn; sends += 1) {
      const flight = agenda.first();
      const nowNs = clock.monotonicNs();
      if (!flight || flight.dueNs > nowNs + earlyNs) break;
      if (!flights.has(flight.id)) {
        agenda.shift();
        continue;
      }
      const booked = sendNext(flight, nowNs);
      if (booked) used.add(booked);
      advance(flight, nowNs);
      if (flight.endNs === Infinity) agenda.postponed();
      else {
        agenda.shift();
        nextEndNs = Math.min(nextEndNs, flight.endNs);
      }
    }
    // Mostly the stamps of what was just sent are there already: fetched now, they don't cost a wake-up.
    for (const booked of used) drainErrors(booked);
  };

  const endDue = (nowNs: number): void => {
    if (nowNs < nextEndNs) return;
    nextEndNs = Infinity;
    for (const flight of flights.values()) {
      if (flight.endNs > nowNs) nextEndNs = Math.min(nextEndNs, flight.endNs);
      else if (echoes.has(flight)) finishEcho(flight);
      else finish(flight, 'completed', null);
    }
  };

  const tellProgress = (nowNs: number): void => {
    if (nowNs < nextProgressNs) return;
    nextProgressNs = Infinity;
    for (const flight of flights.values()) {
      if (!flight.request.watched) continue;
      nextProgressNs = nowNs + progressEveryNs;
      const done = flight.turn + flight.received;
      if (done !== flight.told) tell({ type: 'progress', id: flight.id, progress: progressOf(flight) });
      flight.told = done;
    }
  };

  const begin = (id: number, request: WorkerRequest): void => {
    try {
      const target = options.parse(request.address);
      if (!target) throw new Error(`"${request.address}" is no IP address`);
      options.expectBytes(Math.max(...request.sizes.map((size) => size.icmpBytes)));
      wires.get(target.family, request.options ?? {});
      const gapNs = (request.intervalMs * 1e6) / request.sizes.length;
      const phaseNs = Math.random() * Math.min(gapNs, longestPhaseNs);
      const flight = startFlight(id, request, target, clock.monotonicNs() + phaseNs);
      flights.set(id, flight);
      agenda.add(flight);
      if (request.watched) nextProgressNs = Math.min(nextProgressNs, clock.monotonicNs() + progressEveryNs);
    } catch (error) {
      tell({ type: 'result', id, result: failedResult(error) });
    }
  };

  const listen = (woken: boolean): void => {
    for (const message of options.messages(woken)) {
      if (message.type === 'measure') begin(message.id, message.request);
      else if (message.type === 'echo') sendEchoes(message.requests);
      else if (message.type === 'stop') life.stopped = true;
      else {
        const flight = flights.get(message.id);
        if (flight) finish(flight, 'aborted', message.reason);
      }
    }
  };

  while (!life.stopped) {
    options.beat();
    const nowNs = clock.monotonicNs();
    const untilSendNs = (agenda.first()?.dueNs ?? Infinity) - nowNs;
    const resting = untilSendNs <= options.restNs;
    const onlyEchoes = options.restNs > 0 && echoes.inFlight > 0 && echoes.inFlight === flights.size;
    const echoNs = onlyEchoes ? echoRestNs : Infinity;
    const untilNs = Math.min(untilSendNs, nextEndNs - nowNs, nextProgressNs - nowNs, echoNs, idleNs);
    const unlistened = resting || onlyEchoes;
    const listed = resting
      ? []
      : [options.wakeFd, ...(onlyEchoes ? [] : wires.all.map(({ wire }) => wire.fd))];
    if (untilNs > 0 || !resting) poller.wait(listed, untilNs);
    const drained = [...wires.all];
    sendDue();
    listen(!resting && poller.readable(0));
    const readNs = clock.monotonicNs();
    drained.forEach((booked, index) => {
      if (unlistened ? booked.users > 0 : poller.hasErrors(index + 1)) drainErrors(booked);
      if (unlistened ? booked.users > 0 : poller.readable(index + 1)) drainReplies(booked);
    });
    endDue(readNs);
    tellProgress(readNs);
    echoes.tell(clock.monotonicNs());
    if (readNs > nextSweepNs) {
      nextSweepNs = readNs + sweepEveryNs;
      wires.sweep(readNs - unusedNs);
    }
  }
  wires.close();
}

function failedResult(error: unknown): PackedResult {
  return {
    ended: 'failed',
    reason: error instanceof Error ? error.message : String(error),
    sizes: null,
    provenance: { stamps: 'user', fallbackStamps: 0, socketDrops: null, sendLagUs: null },
  };
}

const isEchoLength = (bytes: number): boolean =>
  Number.isInteger(bytes) && bytes >= minIcmpMessageBytes && bytes <= maxIcmpMessageBytes;
