import type { PacketOptions } from '../probe.js';
import type { Family } from '../shared/echo.js';
import type { Address } from './address.js';
import { createActiveRounds } from './active.js';
import { type ClockGuard, createClockGuard } from './clock-guard.js';
import type { Clock } from './clock.js';
import { createEchoes } from './echoes.js';
import type { Flight } from './flight.js';
import { createFinisher } from './finisher.js';
import { createLines } from '../shared/lines.js';
import { createPacketPool } from './packets.js';
import type { Poller } from './poller.js';
import type { FromWorker, ToWorker } from './protocol.js';
import { createReader, type Reader, type Seen } from './replies.js';
import { createSender } from './sender.js';
import { createStarter } from './starter.js';
import type { Wire } from './wire.js';
import { type SharedWire, createWires } from './wires.js';

/** Fetches what came. */
interface Receiver {
  /** Empties the error queue: TX stamps and ICMP errors. Returns how many came. */
  readonly errors: (sharedWire: SharedWire) => number;
  /** Fetches replies, a bounded number: those who send have their turn between. */
  replies(sharedWire: SharedWire): void;
}

interface ReceiverOptions {
  readonly reader: Reader;
  /** Reads both clocks. */
  readonly look: () => Seen;
  /** All that this flight has sent is answered. */
  readonly onAnswered: (flight: Flight) => void;
}

/** So many batches of replies in a row, then what is due is sent. */
const batchesATurn = 16;

function createReceiver({ reader, look, onAnswered }: ReceiverOptions): Receiver {
  const errors = (sharedWire: SharedWire): number => {
    const { wire } = sharedWire;
    sharedWire.drained = true;
    for (let drained = 0; ;) {
      const came = wire.fetchErrors();
      for (let index = 0; index < came; index += 1) reader.error(sharedWire, wire.error(index));
      drained += Math.max(came, 0);
      if (came < wire.batch) return drained;
    }
  };
  return {
    errors,
    replies(sharedWire) {
      const { wire } = sharedWire;
      for (let batches = 0; batches < batchesATurn; batches += 1) {
        const came = wire.fetchReplies();
        if (came <= 0) return;
        const seen = look();
        for (let index = 0; index < came; index += 1) {
          const done = reader.reply(sharedWire, wire.reply(index), seen, errors);
          if (done) onAnswered(done);
        }
        if (came < wire.batch) return;
      }
    },
  };
}

const tries = 4;
const steadyNs = 20_000;

/**
 * Gives what reads both clocks, for the guard, and says when that was. It fills one object again and again: copy what
 * is to be kept.
 */
function createMoments(clock: Clock, guard: ClockGuard): () => Seen {
  const moment = { monoNs: 0, epoch: 0 };
  return () => {
    // A reading during which the thread lost its processor says little of the wall clock.
    for (let nth = 0; nth < tries; nth += 1) {
      const beforeNs = clock.monotonicNs();
      const realNs = clock.wallNs();
      moment.monoNs = clock.monotonicNs();
      guard.observe(beforeNs, realNs, moment.monoNs);
      if (moment.monoNs - beforeNs < steadyNs) break;
    }
    moment.epoch = guard.epoch;
    return moment;
  };
}

interface LoopOptions {
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
  /** The clock that all threads share; `process.hrtime` by default. */
  readonly hrtimeMs?: () => number;
}

const idleNs = 1e9;
const sweepEveryNs = 10e9;
const unusedNs = 60e9;
/** Longer than between two rounds of a path. */
const forgottenNs = 25 * 3600e9;
/** With nothing but single echoes in flight, what came is read so often: the kernel has stamped it already. */
const echoRestNs = 20e6;

/** Sends and receives for all rounds, until it is stopped. Blocks its thread: that does nothing else. */
export function runLoop(options: LoopOptions): void {
  const { clock, poller, tell, parse, expectBytes } = options;
  const hrtimeMs = options.hrtimeMs ?? ((): number => Number(process.hrtime.bigint()) / 1e6);
  const active = createActiveRounds();
  const wires = createWires(options.openWire);
  const lines = createLines();
  const guard = createClockGuard();
  const pool = createPacketPool();
  const echoes = createEchoes({ tell, hrtimeMs });
  const finisher = createFinisher({ active, clock, wires, echoes, pool, tell });
  const receiver = createReceiver({
    reader: createReader(active.flights, clock, lines),
    look: createMoments(clock, guard),
    onAnswered: finisher.allAnswered,
  });
  const drainErrors = receiver.errors;
  const sender = createSender({ clock, guard, wires, lines, drainErrors });
  const parts = {
    active,
    clock,
    wires,
    lines,
    sender,
    finisher,
    echoes,
    pool,
    drainErrors,
    parse,
    expectBytes,
    tell,
  };
  const starter = createStarter(parts);
  let stopped = false;
  let nextSweepNs = sweepEveryNs;

  const listen = (woken: boolean): void => {
    for (const message of options.messages(woken)) {
      if (message.type === 'measure') starter.round(message.id, message.request);
      else if (message.type === 'echo') starter.echoes(message.requests);
      else if (message.type === 'stop') stopped = true;
      else finisher.abort(message.id, message.reason);
    }
  };

  const isStopped = (): boolean => stopped;
  const listed: number[] = [];
  while (!isStopped()) {
    options.beat();
    const nowNs = clock.monotonicNs();
    const untilSendNs = (active.agenda.first()?.dueNs ?? Infinity) - nowNs;
    const resting = untilSendNs <= options.restNs;
    const onlyEchoes = options.restNs > 0 && echoes.inFlight > 0 && echoes.inFlight === active.flights.size;
    const echoNs = onlyEchoes ? echoRestNs : Infinity;
    const untilNs = Math.min(
      untilSendNs,
      active.nextEndNs - nowNs,
      active.nextProgressNs - nowNs,
      echoNs,
      idleNs,
    );
    const unlistened = resting || onlyEchoes;
    // Those that are opened in this turn come behind these.
    const known = wires.all.length;
    listed.length = 0;
    if (!resting) listed.push(options.wakeFd);
    if (!unlistened) for (const { wire } of wires.all) listed.push(wire.fd);
    if (untilNs > 0 || !resting) poller.wait(listed, untilNs);
    starter.sendDue();
    listen(!resting && poller.readable(0));
    const readNs = clock.monotonicNs();
    for (let index = 0; index < known; index += 1) {
      const sharedWire = wires.all[index];
      if (!sharedWire) continue;
      if (unlistened ? sharedWire.users > 0 && !sharedWire.drained : poller.hasErrors(index + 1))
        drainErrors(sharedWire);
      if (unlistened ? sharedWire.users > 0 : poller.readable(index + 1)) receiver.replies(sharedWire);
      sharedWire.drained = false;
    }
    finisher.finishExpired(readNs);
    finisher.reportProgress(readNs);
    echoes.tell(clock.monotonicNs());
    if (readNs > nextSweepNs) {
      nextSweepNs = readNs + sweepEveryNs;
      wires.sweep(readNs - unusedNs);
      lines.sweep(readNs - forgottenNs);
    }
  }
  wires.close();
}
