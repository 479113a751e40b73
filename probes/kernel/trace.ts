import { randomInt } from 'node:crypto';
import { getSystemErrorName } from 'node:util';
import type { TraceAnswer, TraceMethod, TraceRun } from '../../src/core/trace/trace.js';
import type { TraceRequest } from '../probe.js';
import { internetChecksum } from '../shared/checksum.js';
import { echoReplyType, echoRequestType } from '../shared/echo.js';
import { addressText } from '../shared/ip-address.js';
import * as abi from './abi.js';
import { anyAddress, kernelAddress, type Address } from './address.js';
import { createBatch, type Batch } from './batch.js';
import { emptyControl, parseControl, type Control } from './control.js';
import type { Libc } from './libc.js';
import { createPoller } from './poller.js';
import { interfaceIndexBy, SocketError } from './socket.js';
import { openSocketWire } from './socket-wire.js';

/** One method's socket: sends probes that all have the same flow, and tells whom they reached. */
interface Tracer {
  readonly method: TraceMethod;
  readonly fd: number;
  /** Returns 0, or the errno. `nth` tells the probes of a run apart. */
  send(ttl: number, nth: number): number;
  /** What came since: the number of the probe, null where the router quoted too little to tell it. */
  fetch(): Heard[];
  close(): void;
}

interface Heard {
  readonly nth: number | null;
  readonly from: string;
  readonly type: number;
  readonly code: number;
  readonly isTarget: boolean;
}

/** A hop whose routers do not answer costs this. */
const hopWaitNs = 1e9;
/** After so many silent hops in a row nobody answers any more. */
const maxSilent = 5;
/** The classic first port of traceroute; it stays the same, for it is a part of the flow. */
const udpPort = 33_434;

/**
 * Walks the path hop by hop, by all methods side by side. Every packet of a run has the same flow fields (addresses,
 * protocol, ports or identifier and checksum), so that routers which balance by flow send all of them one way.
 */
export function runTrace(libc: Libc, request: TraceRequest): TraceRun[] {
  const target = kernelAddress(request.address, interfaceIndexBy(libc));
  if (!target) throw new Error(`"${request.address}" is no IP address`);
  const poller = createPoller(libc);
  const runs = request.methods.map((method) => openRun(libc, method, target, request));
  try {
    for (let ttl = 1; ttl <= request.mostHops; ttl += 1) {
      const going = runs.filter((run) => run.tracer !== null && !run.over);
      if (going.length === 0) break;
      for (const run of going) sendHop(run, ttl, request.tries);
      const deadlineNs = nowNs() + hopWaitNs;
      while (nowNs() < deadlineNs && going.some((run) => run.open > 0)) {
        const fds = going.flatMap(({ tracer }) => (tracer ? [tracer.fd] : []));
        poller.wait(fds, Math.min(deadlineNs - nowNs(), 20e6));
        for (const run of going) hear(run, ttl);
      }
      for (const run of going) endHop(run, ttl);
    }
  } finally {
    for (const { tracer } of runs) tracer?.close();
  }
  return runs.map(({ method, hops, reached, failure }) => ({
    method,
    hops: hops.slice(0, hops.findLastIndex(({ tries }) => tries.some((one) => one !== null)) + 1),
    reached,
    failure,
  }));
}

interface Run {
  readonly method: TraceMethod;
  readonly family: 4 | 6;
  readonly tracer: Tracer | null;
  readonly hops: { ttl: number; tries: (TraceAnswer | null)[] }[];
  /** By number of the probe: which hop and try it is, and when it left. */
  readonly sent: Map<number, { readonly ttl: number; readonly nth: number; readonly atNs: number }>;
  failure: string | null;
  /** Of the present hop: sent, and not answered. */
  open: number;
  silent: number;
  reached: boolean;
  over: boolean;
  next: number;
}

function openRun(libc: Libc, method: TraceMethod, target: Address, request: TraceRequest): Run {
  let tracer: Tracer | null = null;
  let failure: string | null = null;
  try {
    tracer = method === 'icmp' ? icmpTracer(libc, target, request) : udpTracer(libc, target, request);
  } catch (error) {
    failure = error instanceof Error ? error.message : String(error);
  }
  const run = { method, family: target.family, tracer, hops: [], sent: new Map(), failure };
  return Object.assign(run, { open: 0, silent: 0, reached: false, over: false, next: 0 });
}

function sendHop(run: Run, ttl: number, tries: number): void {
  run.hops.push({ ttl, tries: Array.from({ length: tries }, () => null) });
  for (let nth = 0; nth < tries; nth += 1) {
    const number = run.next;
    run.next += 1;
    run.sent.set(number, { ttl, nth, atNs: nowNs() });
    const errno = run.tracer?.send(ttl, number) ?? 0;
    if (errno === 0) run.open += 1;
    else run.failure = `a probe could not be sent: ${getSystemErrorName(-errno)}`;
  }
}

function hear(run: Run, ttl: number): void {
  for (const { nth, from, type, code, isTarget } of run.tracer?.fetch() ?? []) {
    // A router that quotes too little to tell the probe answers one of the present hop.
    const number = nth ?? firstOpen(run, ttl);
    const probe = number === null ? undefined : run.sent.get(number);
    const hop = probe && run.hops[probe.ttl - 1];
    if (!probe || !hop || hop.tries[probe.nth] !== null) continue;
    hop.tries[probe.nth] = { from, rttUs: Math.floor((nowNs() - probe.atNs + 500) / 1000), type, code };
    if (probe.ttl === ttl) run.open -= 1;
    if (isTarget) run.reached = true;
    // Whoever says "unreachable" has let the packet go no further.
    if (isTarget || isUnreachable(type, run.family)) run.over = true;
  }
}

const firstOpen = (run: Run, ttl: number): number | null => {
  for (const [number, probe] of run.sent)
    if (probe.ttl === ttl && run.hops[ttl - 1]?.tries[probe.nth] === null) return number;
  return null;
};

/** "Destination unreachable" is 3 of IPv4 and 1 of IPv6; "time exceeded" 11 and 3. */
const isUnreachable = (type: number, family: 4 | 6): boolean => type === (family === 4 ? 3 : 1);

function endHop(run: Run, ttl: number): void {
  run.open = 0;
  const isSilent = run.hops[ttl - 1]?.tries.every((one) => one === null) ?? true;
  run.silent = isSilent ? run.silent + 1 : 0;
  if (run.silent >= maxSilent) run.over = true;
}

const nowNs = (): number => Number(process.hrtime.bigint() % 1_000_000_000_000_000n);

const ttlOption = { 4: [abi.SOL_IP, abi.IP_TTL], 6: [abi.SOL_IPV6, abi.IPV6_UNICAST_HOPS] } as const;

function setTtl(libc: Libc, fd: number, of: 4 | 6, ttl: number): void {
  const [level, name] = ttlOption[of];
  const value = abi.int32(ttl);
  if (libc.setsockopt(fd, level, name, value, value.length) !== 0)
    throw new SocketError(`TTL ${ttl}`, libc.errno());
}

/** What an error says, where it is an ICMP error; null: it is something else. */
function errorOf({ origin, type, code, offender }: Control, target: Address): Omit<Heard, 'nth'> | null {
  if ((origin !== abi.EE_ORIGIN_ICMP && origin !== abi.EE_ORIGIN_ICMP6) || offender === null) return null;
  const isTarget = Buffer.compare(Buffer.from(offender), Buffer.from(target.bytes)) === 0;
  return { from: addressText(offender), type, code, isTarget };
}

/** Echo requests whose sequence number is undone by their first payload word: the checksum stays the same. */
function icmpTracer(libc: Libc, target: Address, { options = {} }: TraceRequest): Tracer {
  const of = target.family;
  const [replies, errors] = [createBatch(libc, 16, 2048), createBatch(libc, 16, 512)];
  const wire = openSocketWire({
    libc,
    family: of,
    packet: { ...options, ttl: 1 },
    stamps: 'none',
    batches: { replies: () => replies, errors: () => errors },
  });
  const message = Buffer.alloc(32);
  const first = randomInt(0x4000);
  const targetAddress = addressText(target.bytes);
  const numberOf = (bytes: Buffer, at: number): number => bytes.readUInt16BE(at + 6) - first;
  return {
    method: 'icmp',
    fd: wire.fd,
    send(ttl, nth) {
      const sequence = first + nth;
      message[0] = echoRequestType[of];
      message.writeUInt16BE(0, 2);
      message.writeUInt16BE(wire.identifier, 4);
      message.writeUInt16BE(sequence, 6);
      message.writeUInt16BE(0xffff - sequence, 8);
      if (of === 4) message.writeUInt16BE(internetChecksum(message), 2);
      setTtl(libc, wire.fd, of, ttl);
      return tried(() => wire.send(message, target));
    },
    fetch() {
      const heard: Heard[] = [];
      for (let came = wire.fetchErrors(); came > 0; came = wire.fetchErrors())
        for (let index = 0; index < came; index += 1) {
          const { bytes, start, end, control } = wire.error(index);
          const error = errorOf(control, target);
          const at = requestIn(bytes, start, end, of, wire.identifier);
          if (error) heard.push({ ...error, nth: at < 0 ? null : numberOf(bytes, at) });
        }
      for (let came = wire.fetchReplies(); came > 0; came = wire.fetchReplies())
        for (let index = 0; index < came; index += 1) {
          const { bytes, start, end, source, sourceStart } = wire.reply(index);
          if (end - start < 8 || bytes[start] !== echoReplyType[of]) continue;
          const from = addressText(source.subarray(sourceStart, sourceStart + target.bytes.length));
          if (from !== targetAddress || bytes.readUInt16BE(start + 4) !== wire.identifier) continue;
          heard.push({ nth: numberOf(bytes, start), from, type: echoReplyType[of], code: 0, isTarget: true });
        }
      return heard;
    },
    close: () => {
      wire.close();
    },
  };
}

/** Where our echo request begins in what an error quotes; -1: not there. */
function requestIn(bytes: Buffer, start: number, end: number, of: 4 | 6, identifier: number): number {
  for (let at = start; at + 8 <= end; at += 2)
    if (bytes[at] === echoRequestType[of] && bytes[at + 1] === 0 && bytes.readUInt16BE(at + 4) === identifier)
      return at;
  return -1;
}

/** Datagrams from one port to one port; which of them it is stands in their payload. */
function udpTracer(libc: Libc, target: Address, { options = {} }: TraceRequest): Tracer {
  const of = target.family;
  const domain = of === 4 ? abi.AF_INET : abi.AF_INET6;
  const fd = libc.socket(domain, abi.SOCK_DGRAM | abi.SOCK_NONBLOCK | abi.SOCK_CLOEXEC, 0);
  if (fd < 0) throw new SocketError('no UDP socket', libc.errno());
  const errors = createBatch(libc, 16, 512);
  try {
    bindUdp(libc, fd, of, options);
  } catch (error) {
    libc.close(fd);
    throw error;
  }
  const to = Buffer.from(target.sockaddr);
  to.writeUInt16BE(udpPort, abi.sockaddrIn.port);
  const magic = randomInt(0x1_0000_0000);
  const payload = Buffer.alloc(24);
  payload.writeUInt32BE(magic, 0);
  const control = emptyControl();
  const fetchErrors = (): number => errors.fill(fd, abi.MSG_DONTWAIT | abi.MSG_ERRQUEUE);
  return {
    method: 'udp',
    fd,
    send(ttl, nth) {
      payload.writeUInt16BE(nth, 4);
      // Undone, so that the checksum stays the same.
      payload.writeUInt16BE(0xffff - nth, 6);
      setTtl(libc, fd, of, ttl);
      return tried(() =>
        libc.sendto(fd, payload, payload.length, abi.MSG_DONTWAIT, to, to.length) < 0 ? libc.errno() : 0,
      );
    },
    fetch() {
      const heard: Heard[] = [];
      for (let came = fetchErrors(); came > 0; came = fetchErrors())
        for (let index = 0; index < came; index += 1) {
          parseControl(errors.control, errors.controlStart(index), errors.controlEnd(index), control);
          const error = errorOf(control, target);
          if (error) heard.push({ ...error, nth: udpNumber(errors, index, magic) });
        }
      return heard;
    },
    close: () => {
      libc.close(fd);
    },
  };
}

function bindUdp(libc: Libc, fd: number, of: 4 | 6, options: NonNullable<TraceRequest['options']>): void {
  const on = abi.int32(1);
  if (of === 4) libc.setsockopt(fd, abi.SOL_IP, abi.IP_RECVERR, on, on.length);
  else libc.setsockopt(fd, abi.SOL_IPV6, abi.IPV6_RECVERR, on, on.length);
  const { dscp, source, interface: device } = options;
  if (dscp !== undefined) {
    const tos = abi.int32(dscp << 2);
    const [level, name] = of === 4 ? [abi.SOL_IP, abi.IP_TOS] : [abi.SOL_IPV6, abi.IPV6_TCLASS];
    libc.setsockopt(fd, level, name, tos, tos.length);
  }
  if (device !== undefined) {
    const name = Buffer.from(`${device}\0`);
    if (libc.setsockopt(fd, abi.SOL_SOCKET, abi.SO_BINDTODEVICE, name, name.length) !== 0)
      throw new SocketError(`interface ${device}`, libc.errno());
  }
  const from =
    source === undefined ? anyAddress(of) : (kernelAddress(source, interfaceIndexBy(libc))?.sockaddr ?? null);
  if (from === null || libc.bind(fd, from, from.length) !== 0)
    throw new SocketError('source address', libc.errno());
}

/** Errors give the datagram's payload, as much of it as the router quoted. */
function udpNumber(errors: Batch, index: number, magic: number): number | null {
  const [start, end] = [errors.dataStart(index), errors.dataEnd(index)];
  if (end - start < 6 || errors.data.readUInt32BE(start) !== magic) return null;
  return errors.data.readUInt16BE(start + 4);
}

/** An error that came for an earlier probe makes the next call fail, once: that says nothing of this one. */
function tried(send: () => number): number {
  let errno = send();
  for (let tries = 0; errno !== 0 && tries < 3; tries += 1) errno = send();
  return errno;
}
