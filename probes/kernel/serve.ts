import { readSync } from 'node:fs';
import { getSystemErrorName } from 'node:util';
import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { type PacketOptions, ProbeUnavailableError, type Shortcoming } from '../probe.js';
import { type Family, newToken } from '../shared/echo.js';
import {
  AF_INET,
  EE_ORIGIN_TIMESTAMPING,
  EFD_FLAGS,
  int32,
  SO_TIMESTAMPING,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOF_RX_SOFTWARE,
  SOL_SOCKET,
} from './abi.js';
import { isFrom, kernelAddress } from './address.js';
import { type Batch, createBatch } from './batch.js';
import { type Clock, createClock } from './clock.js';
import { type Libc, loadLibc } from './libc.js';
import { runLoop } from './loop.js';
import * as packet from './packet.js';
import { createPoller, type Poller } from './poller.js';
import { takePrecedence } from './precedence.js';
import {
  type FamilyState,
  forgetDescriptor,
  type FromWorker,
  noteDescriptor,
  sharedWords,
  type ToWorker,
  type WorkerData,
} from './protocol.js';
import { openSocketWire, type SocketWire, type StampRequest } from './socket-wire.js';
import { interfaceIndexBy, SocketError } from './socket.js';
import type { Wire } from './wire.js';

export interface SelfTestOptions {
  readonly family: Family;
  readonly open: (stamps: StampRequest) => SocketWire;
  readonly clock: Clock;
  readonly poller: Poller;
  /** For so long better stamps are hoped for; a second by default. */
  readonly patienceNs?: number;
}

const loopback = { 4: '127.0.0.1', 6: '::1' } as const;
const pings = 3;
const waitNs = 300e6;
const usualPatienceNs = 1e9;
const pauseNs = 20e6;

/**
 * Pings the own loopback address and looks at every field that a figure will come from. A kernel, processor or C
 * library whose layouts are others than `abi.ts` says, or that takes no stamps, is found out here: what does not hold
 * is not used.
 */
export function selfTest(options: SelfTestOptions): FamilyState {
  try {
    const wire = openStamped(options);
    try {
      return bestOf(wire, options);
    } finally {
      wire.close();
    }
  } catch (error) {
    return unusable(error);
  }
}

/**
 * The kernel begins to stamp some time after the first socket asked for it (a worker of its own switches that on, when
 * it gets a processor), and a wall clock that is set just now spoils a stamp: neither may cost them for good.
 */
function bestOf(wire: SocketWire, options: SelfTestOptions): FamilyState {
  const { clock, poller, patienceNs = usualPatienceNs } = options;
  const deadlineNs = clock.monotonicNs() + patienceNs;
  for (;;) {
    const state = judge(wire, options);
    const best = state.usable && state.stamps === 'kernel-tx-rx';
    if (best || wire.stampErrno !== 0 || clock.monotonicNs() >= deadlineNs) return state;
    poller.wait([], pauseNs);
  }
}

/** A kernel that does not know of stamps of sent packets refuses the others with them. */
function openStamped({ open }: SelfTestOptions): SocketWire {
  const both = open('tx-rx');
  if (both.stampErrno === 0) return both;
  both.close();
  return open('rx');
}

function judge(wire: SocketWire, options: SelfTestOptions): FamilyState {
  const echoes = Array.from({ length: pings }, (_, sequence) => pingOnce(wire, sequence, options));
  const { mode } = wire;
  if (!echoes.some((echo) => echo.answered)) {
    const reason = `no whole answer came from ${loopback[options.family]}`;
    return { usable: false, reason, remedy: 'ip link set lo up', permission: false };
  }
  const usable = { usable: true, mode } as const;
  if (wire.stampErrno !== 0) return { ...usable, stamps: 'user', shortcoming: refused(wire.stampErrno) };
  if (!echoes.every((echo) => echo.rx)) return { ...usable, stamps: 'user', shortcoming: noRxStamps };
  if (!echoes.every((echo) => echo.tx)) return { ...usable, stamps: 'kernel-rx', shortcoming: noTxStamps };
  return { ...usable, stamps: 'kernel-tx-rx', shortcoming: null };
}

const openToAll = 'sysctl -w net.ipv4.ping_group_range="0 2147483647"';
const outside = 'run it outside of the sandbox, or let that allow the calls of probes/kernel/libc.ts';

function unusable(error: unknown): FamilyState {
  const reason = error instanceof Error ? error.message : String(error);
  const permission = error instanceof SocketError && [1, 13].includes(error.errno);
  return { usable: false, reason, remedy: permission ? openToAll : outside, permission };
}

const refused = (errno: number): Shortcoming => ({
  what: `setsockopt(SO_TIMESTAMPING) is refused: ${getSystemErrorName(-errno)}`,
  remedy: "let the sandbox's seccomp filter allow setsockopt(SOL_SOCKET, SO_TIMESTAMPING)",
});

const noRxStamps: Shortcoming = {
  what: 'the kernel gives no stamps of received packets',
  remedy: 'run it on a Linux kernel of its own: a sandbox such as gVisor takes no stamps',
};

const noTxStamps: Shortcoming = {
  what: 'the kernel gives no stamps of sent packets',
  remedy: "let the sandbox's seccomp filter allow recvmmsg(MSG_ERRQUEUE), by which they come",
};

interface Echo {
  answered: boolean;
  rx: boolean;
  tx: boolean;
}

function pingOnce(wire: Wire, sequence: number, { family, clock, poller }: SelfTestOptions): Echo {
  const target = kernelAddress(loopback[family], () => 0);
  if (!target) throw new Error('the loopback address could not be written');
  const token = newToken();
  const [high, low] = [token.readUInt32BE(0), token.readUInt32BE(4)];
  const message = Buffer.alloc(64);
  packet.writeRequest(message, family, { identifier: wire.identifier, sequence, high, low });
  const isOurs = (bytes: Buffer, at: number): boolean =>
    packet.sequenceAt(bytes, at) === sequence &&
    packet.highAt(bytes, at) === high &&
    packet.lowAt(bytes, at) === low;

  const fromNs = clock.wallNs();
  const errno = wire.send(message, target);
  if (errno !== 0) throw new SocketError(`sending to ${loopback[family]}`, errno);
  let [txNs, rxNs, answered] = [NaN, NaN, false];
  const deadlineNs = clock.monotonicNs() + waitNs;
  while (!answered && clock.monotonicNs() < deadlineNs) {
    poller.wait([wire.fd], deadlineNs - clock.monotonicNs());
    for (let came = wire.fetchErrors(); came > 0; came = wire.fetchErrors())
      for (let index = 0; index < came; index += 1) {
        const { bytes, start, end, control } = wire.error(index);
        const at = packet.findRequest(bytes, start, end, family, wire.identifier, 0);
        if (at < 0 || end - at < 16 || !isOurs(bytes, at)) continue;
        if (control.origin === EE_ORIGIN_TIMESTAMPING && control.hasStamp)
          txNs = clock.realNs(control.sec, control.nsec);
      }
    for (let came = wire.fetchReplies(); came > 0; came = wire.fetchReplies())
      for (let index = 0; index < came; index += 1) {
        const { bytes, start, end, source, sourceStart, control } = wire.reply(index);
        if (end - start !== message.length || !packet.isReply(bytes, start, end, family)) continue;
        if (packet.identifierAt(bytes, start) !== wire.identifier || !isOurs(bytes, start)) continue;
        if (!isFrom(target, source, sourceStart)) continue;
        answered = true;
        if (control.hasStamp) rxNs = clock.realNs(control.sec, control.nsec);
      }
  }
  const untilNs = clock.wallNs();
  return {
    answered,
    rx: fromNs <= rxNs && rxNs <= untilNs,
    tx: fromNs <= txNs && txNs <= rxNs,
  };
}

interface ServeOptions extends WorkerData {
  readonly port: MessagePort;
}

const batchPackets = 64;
const batchBytes = 2048;
/** The longest headers before a reply, or before our request in the error queue. */
const headerBytes = 192;
const restNs = 2.5e6;

const stampRequests = {
  'kernel-tx-rx': 'tx-rx',
  'kernel-rx': 'rx',
  user: 'none',
  simulated: 'none',
} as const;

/** Null when this machine's C library can't be called: that is said, and the thread ends. */
function loadOrRefuse(port: MessagePort): Libc | null {
  try {
    return loadLibc();
  } catch (error) {
    if (!(error instanceof ProbeUnavailableError)) throw error;
    port.postMessage({
      type: 'refused',
      reason: error.message,
      remedy: error.remedy,
    } satisfies FromWorker);
    return null;
  }
}

/** The worker's whole life: tests what the machine can do, says it, then sends and receives until it is stopped. */
export function serve({ port, shared }: ServeOptions): void {
  const words = new Int32Array(shared);
  const libc = loadOrRefuse(port);
  if (!libc) return;
  const precedence = takePrecedence(libc);
  const clock = createClock(libc);
  const poller = createPoller(libc);
  let replies = createBatch(libc, batchPackets, batchBytes);
  const errors = createBatch(libc, batchPackets, 512);
  const batches = { replies: (): Batch => replies, errors: (): Batch => errors };

  const open = (family: Family, packet: PacketOptions, stamps: StampRequest): SocketWire => {
    const wire = openSocketWire({ libc, family, packet, stamps, batches });
    noteDescriptor(words, wire.fd);
    return {
      ...wire,
      close() {
        forgetDescriptor(words, wire.fd);
        wire.close();
      },
    };
  };
  const stamping = keepStamping(libc);
  noteDescriptor(words, stamping);
  const test = (family: Family): FamilyState =>
    selfTest({ family, clock, poller, open: (stamps) => open(family, {}, stamps) });
  const families = { 4: test(4), 6: test(6) };

  const wakeFd = libc.eventfd(0, EFD_FLAGS);
  noteDescriptor(words, wakeFd);
  const tell = (message: FromWorker): void => {
    // Columns are handed over: a copy of every round would be garbage in both heaps.
    const sizes = message.type === 'result' ? message.result.sizes : null;
    port.postMessage(message, sizes === null ? [] : [sizes.kinds.buffer, sizes.values.buffer]);
  };
  const counter = Buffer.alloc(8);
  const none: readonly ToWorker[] = [];
  tell({ type: 'ready', wakeFd, families, precedence });

  const kernelStamps = ([4, 6] as const).every((family) => {
    const state = families[family];
    return !state.usable || state.stamps !== 'user';
  });
  runLoop({
    clock,
    poller,
    tell,
    wakeFd,
    restNs: kernelStamps ? restNs : 0,
    openWire(family, packet) {
      const state = families[family];
      if (!state.usable) throw new Error(`IPv${family} can't be measured here: ${state.reason}`);
      return open(family, packet, stampRequests[state.stamps]);
    },
    expectBytes(bytes) {
      if (bytes + headerBytes <= replies.packetBytes) return;
      replies = createBatch(libc, batchPackets, bytes + headerBytes);
    },
    parse: (address) => kernelAddress(address, interfaceIndexBy(libc)),
    beat: () => Atomics.add(words, sharedWords.beat, 1),
    messages: (woken) => {
      if (woken) readSync(wakeFd, counter);
      if (Atomics.exchange(words, sharedWords.mail, 0) === 0) return none;
      const messages: ToWorker[] = [];
      for (let next = receiveMessageOnPort(port); next; next = receiveMessageOnPort(port))
        messages.push(next.message as ToWorker);
      return messages;
    },
  });
}

/**
 * The kernel stamps what comes in only while some socket asks for it, and begins only after a while: the first packets
 * of a socket that is opened for a round would have none. This one asks, and is used for nothing else. Returns its
 * descriptor, or -1; without it the stamps that are missing are missed one by one.
 */
export function keepStamping(libc: Libc): number {
  const fd = libc.socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd >= 0) libc.setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPING, int32(SOF_RX_SOFTWARE), 4);
  return fd;
}
