import { readSync } from 'node:fs';
import { receiveMessageOnPort, type MessagePort } from 'node:worker_threads';
import { ProbeUnavailable, type PacketOptions } from '../probe.js';
import type { Family } from '../shared/echo.js';
import { EFD_FLAGS } from './abi.js';
import { kernelAddress } from './address.js';
import { createBatch, type Batch } from './batch.js';
import { createClock } from './clock.js';
import { loadLibc, type Libc } from './libc.js';
import { runLoop } from './loop.js';
import { createPoller } from './poller.js';
import {
  forgetDescriptor,
  noteDescriptor,
  sharedWords,
  type FamilyState,
  type FromWorker,
  type ToWorker,
  type WorkerData,
} from './protocol.js';
import { takePrecedence } from './precedence.js';
import { selfTest } from './self-test.js';
import { interfaceIndexBy } from './socket.js';
import { keepStamping } from './stamping.js';
import { openSocketWire, type SocketWire, type StampRequest } from './socket-wire.js';

export interface ServeOptions extends WorkerData {
  readonly port: MessagePort;
}

const batchPackets = 64;
const batchBytes = 2048;
/** The longest headers before a reply, or before our request in the error queue. */
const headerBytes = 192;
const restNs = 1e6;

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
    if (!(error instanceof ProbeUnavailable)) throw error;
    port.postMessage({
      type: 'refused',
      reason: error.message,
      remedy: error.remedy,
    } satisfies FromWorker);
    return null;
  }
}

/** The worker's whole life: tests what the machine can do, says it, then sends and receives until told to stop. */
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
    port.postMessage(message);
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
