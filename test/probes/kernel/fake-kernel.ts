import { emptyControl } from '../../../probes/kernel/control.js';
import type { Clock } from '../../../probes/kernel/clock.js';
import type { Poller } from '../../../probes/kernel/poller.js';
import type { Arrival, Wire } from '../../../probes/kernel/wire.js';
import { internetChecksum } from '../../../probes/shared/checksum.js';

/** A kernel and a network in virtual time: one socket, whose every answer is decided by the test. */
export interface FakeKernel {
  readonly clock: Clock;
  readonly poller: Poller;
  readonly wire: Wire;
  readonly sends: { atNs: number; message: Buffer }[];
  nowNs: number;
}

export interface FakeNetwork {
  /** Nanoseconds until the answer; null: none. */
  readonly delayNs: (nth: number) => number | null;
  /** How far the wall clock is set forward at this instant. */
  readonly stepNs?: (nowNs: number) => number;
  /** What `send` returns. */
  readonly errno?: (nth: number, tries: number) => number;
  /** The answer's bytes. */
  readonly answer?: (reply: Buffer, nth: number) => Buffer;
  readonly txStamps?: boolean;
}

interface Queued {
  readonly atNs: number;
  readonly bytes: Buffer;
  readonly origin: number;
}

export function fakeKernel(network: FakeNetwork): FakeKernel {
  const step = network.stepNs ?? (() => 0);
  const wallBaseNs = 1e15;
  let replies: Queued[] = [];
  let errors: Queued[] = [];
  let batch: Queued[] = [];
  let nth = -1;
  let tries = 0;
  const arrivalOf = (queued: Queued | undefined): Arrival => {
    const bytes = queued?.bytes ?? Buffer.alloc(0);
    const wall = (queued?.atNs ?? 0) + wallBaseNs + step(queued?.atNs ?? 0);
    const control = { ...emptyControl(), origin: queued?.origin ?? 0 };
    const stamp = { hasStamp: true, sec: Math.floor(wall / 1e9), nsec: wall % 1e9 };
    return {
      bytes,
      start: 0,
      end: bytes.length,
      source: Buffer.from([192, 0, 2, 1]),
      sourceStart: 0,
      control: { ...control, ...stamp },
    };
  };
  const kernel: FakeKernel = {
    nowNs: 0,
    sends: [],
    clock: {
      monotonicNs: () => (kernel.nowNs += 100),
      wallNs: () => (kernel.nowNs += 100) + wallBaseNs + step(kernel.nowNs),
      realNs: (sec, nsec) => sec * 1e9 + nsec,
    },
    poller: {
      wait(_fds, ns) {
        const arrivals = replies.map((reply) => reply.atNs - kernel.nowNs);
        const soonest = _fds.length === 0 ? Infinity : Math.max(0, Math.min(...arrivals, Infinity));
        kernel.nowNs += Math.max(0, Math.min(ns, soonest));
      },
      readable: (index) => index > 0 && replies.some((reply) => reply.atNs <= kernel.nowNs),
      hasErrors: () => errors.length > 0,
    },
    wire: {
      family: 4,
      fd: 7,
      identifier: 4711,
      batch: 64,
      unchecked: true,
      send(message) {
        tries += 1;
        const errno = network.errno?.(nth + 1, tries) ?? 0;
        if (errno !== 0) {
          if (tries >= 3 || errors.length === 0) {
            nth += 1;
            tries = 0;
          }
          return errno;
        }
        nth += 1;
        tries = 0;
        kernel.sends.push({ atNs: kernel.nowNs, message: Buffer.from(message) });
        if (network.txStamps !== false)
          errors.push({ atNs: kernel.nowNs, bytes: Buffer.from(message), origin: 4 });
        const delayNs = network.delayNs(nth);
        if (delayNs === null) return 0;
        const reply = Buffer.from(message);
        reply[0] = 0;
        reply.writeUInt16BE(0, 2);
        reply.writeUInt16BE(internetChecksum(reply), 2);
        const bytes = network.answer?.(reply, nth) ?? reply;
        replies.push({ atNs: kernel.nowNs + delayNs, bytes, origin: 0 });
        return 0;
      },
      fetchReplies() {
        batch = replies.filter((reply) => reply.atNs <= kernel.nowNs);
        replies = replies.filter((reply) => reply.atNs > kernel.nowNs);
        return batch.length;
      },
      reply: (index) => arrivalOf(batch[index]),
      fetchErrors() {
        const count = errors.length;
        held = errors;
        errors = [];
        return count;
      },
      error: (index) => arrivalOf(held[index]),
      drops: () => 0,
      close: () => undefined,
    },
  };
  let held: Queued[] = [];
  return kernel;
}
