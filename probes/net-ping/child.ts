import { type IpAddress, ipAddress, sameBytes } from '../shared/ip-address.js';
import { type Line, type Lines, createLines } from '../shared/lines.js';
import { failedRound } from '../shared/results.js';
import { type Endpoint, type Endpoints, type Listener, endpoints, keyOf } from './endpoints.js';
import { isPermission, sendFailure } from './errors.js';
import { lagWatch } from './lag.js';
import { type NetPing, loadNetPing } from './library.js';
import { type RunningRound, runRound } from './run-round.js';
import type { ChildRound, FromChild, ToChild } from './wire.js';
import { type IcmpErrorKind, type PacketOutcome, lost } from '../../src/core/measurement/round.js';
import type { EchoRequest } from '../probe.js';
import { type Family, echoRequest, newToken, sameEcho } from '../shared/echo.js';
import { worseError } from '../shared/icmp-errors.js';
import { quotes } from '../shared/icmp-message.js';
import type { EchoOutcome } from '../shared/pending-echoes.js';
import { wholeMicroseconds } from '../shared/packet-record.js';

/**
 * The process that pings and does nothing else: in the daemon's own, a reply waits behind whatever the daemon is
 * doing, and raw-socket crashes in worker threads.
 */
const tell = (message: FromChild): void => {
  if (process.connected) process.send?.(message);
};
const asError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));

const loopback: IpAddress = {
  family: 4,
  text: '127.0.0.1',
  canonical: '127.0.0.1',
  bytes: Uint8Array.of(127, 0, 0, 1),
};

/** The parent decides when this ends. A terminal's Ctrl-C and a service's stop reach the whole group. */
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
process.on('disconnect', () => process.exit(0));
// The parent may have gone while this was being loaded.
if (!process.connected) process.exit(0);

/** Longer than between two rounds of a path. */
const forgottenNs = 25 * 3600e9;
const sweepEveryMs = 60_000;

function unavailable(cause: 'permission' | 'library' | 'socket', error: Error): void {
  const message: FromChild = { type: 'unavailable', cause, message: error.message };
  process.send?.(message, undefined, undefined, () => {
    process.disconnect();
  });
}

function serve(open: Endpoints): void {
  const running = new Map<number, RunningRound>();
  const lag = lagWatch();
  const lines = createLines();
  setInterval(() => {
    lines.sweep(performance.now() * 1e6 - forgottenNs);
  }, sweepEveryMs).unref();
  const echoes = childEchoes({
    endpoints: open,
    lines,
    tell: (results) => {
      tell({ type: 'echoes', results });
    },
  });

  const start = (id: number, request: ChildRound): void => {
    const failed = (reason: string): void => {
      tell({ type: 'result', id, result: failedRound('user', reason) });
    };
    const target = ipAddress(request.address);
    if (!target) {
      failed(`"${request.address}" is not an IP address`);
      return;
    }
    try {
      const round = runRound({
        request,
        target,
        endpoints: open,
        lines,
        lag,
        random: Math.random,
        onProgress: (progress) => {
          tell({ type: 'progress', id, progress });
        },
        onEnd: (result) => {
          running.delete(id);
          tell({ type: 'result', id, result });
        },
      });
      running.set(id, round);
    } catch (error) {
      failed(`no raw socket for IPv${target.family}: ${asError(error).message}`);
    }
  };

  process.on('message', (message: ToChild) => {
    switch (message.type) {
      case 'round':
        start(message.id, message.round);
        break;
      case 'abort':
        running.get(message.id)?.abort();
        break;
      case 'echo':
        echoes.send(message.requests);
        break;
      case 'ping':
        tell({ type: 'pong' });
        break;
    }
  });
}

/**
 * A first round, on loopback and thrown away: code that runs for the first time takes a millisecond longer, and the
 * first packets of a real round would seem to.
 */
function warmUp(open: Endpoints, then: () => void): void {
  runRound({
    request: {
      address: loopback.text,
      sizes: [{ bytes: 64, icmpBytes: 64 }],
      count: 60,
      intervalMs: 1,
      lostAfterMs: 20,
      lateWaitMs: 0,
      progress: false,
    },
    target: loopback,
    endpoints: open,
    lines: createLines(),
    lag: lagWatch(),
    random: () => 0,
    onProgress: () => undefined,
    onEnd: then,
  });
}

function main(): void {
  let netPing: NetPing;
  try {
    netPing = loadNetPing();
  } catch (error) {
    unavailable('library', asError(error));
    return;
  }
  const open = endpoints({
    netPing,
    onError: (error) => {
      // A read that failed says nothing of a packet; the socket goes on.
      process.stderr.write(`${error.message}\n`);
    },
  });
  const nobody = { took: () => undefined, died: () => undefined };
  try {
    open.leave(open.join(4, 0, nobody), nobody);
  } catch (error) {
    unavailable(isPermission(asError(error)) ? 'permission' : 'socket', asError(error));
    return;
  }
  warmUp(open, () => {
    serve(open);
    tell({ type: 'ready' });
  });
}

interface ChildEchoesOptions {
  readonly endpoints: Endpoints;
  readonly lines: Lines;
  readonly tell: (results: readonly EchoOutcome[]) => void;
}

/** Single echoes on the sockets that the rounds use. */
interface ChildEchoes {
  send(requests: readonly EchoRequest[]): void;
}

interface Flying {
  readonly id: number;
  readonly target: IpAddress;
  readonly message: Buffer;
  readonly sequence: number;
  readonly sentNs: bigint;
  readonly patienceNs: number;
  readonly use: Use;
  readonly line: Line;
  readonly timer: NodeJS.Timeout;
  error: IcmpErrorKind | null;
}

/** An endpoint that echoes in flight went out by. */
interface Use {
  readonly endpoint: Endpoint;
  readonly listener: Listener;
  inFlight: number;
}

/** Results are reported together, at most this often. */
const tellEveryMs = 20;

function childEchoes({ endpoints, lines, tell }: ChildEchoesOptions): ChildEchoes {
  const uses = new Map<string, Use>();
  const flying = new Map<number, Flying>();
  let results: EchoOutcome[] = [];
  let telling: NodeJS.Timeout | undefined;

  const told = (id: number, sentNs: bigint, outcome: PacketOutcome): void => {
    results.push({ id, sentHrtimeMs: Number(sentNs) / 1e6, outcome });
    telling ??= setTimeout(() => {
      telling = undefined;
      const batch = results;
      results = [];
      tell(batch);
    }, tellEveryMs);
  };

  /** It stays open for a while: the next echoes mostly go by it too. */
  const leave = (use: Use): void => {
    use.inFlight -= 1;
    const key = keyOf(use.endpoint.family, use.endpoint.generation);
    if (use.inFlight > 0 || uses.get(key) !== use) return;
    uses.delete(key);
    endpoints.leave(use.endpoint, use.listener);
  };

  const end = (echo: Flying, outcome: PacketOutcome): void => {
    clearTimeout(echo.timer);
    if (!flying.delete(echo.id)) return;
    const { use } = echo;
    use.endpoint.sequences.release(use.listener, echo.sequence);
    leave(use);
    told(echo.id, echo.sentNs, outcome);
  };

  /** After a standstill replies wait unread behind a timer that is due: they are read first. */
  const expire = (id: number, readBefore: number): void => {
    setImmediate(() => {
      const echo = flying.get(id);
      if (!echo) return;
      const read = echo.use.endpoint.messagesRead;
      if (read === readBefore) end(echo, echo.error === null ? lost : { kind: 'error', error: echo.error });
      else expire(id, read);
    });
  };

  const open = (family: Family, generation: number): Use => {
    const key = keyOf(family, generation);
    const known = uses.get(key);
    if (known) return known;
    const listener: Listener = {
      took(id, came, source, atNs) {
        const echo = flying.get(id);
        if (!echo) return;
        if (came.kind === 'error') {
          if (sameBytes(came.request.destination, echo.target.bytes) && quotes(came.request, echo.message))
            echo.error = worseError(echo.error, came.error);
          return;
        }
        if (!came.intact || source !== echo.target.canonical || !sameEcho(came.message, echo.message)) return;
        const rttNs = Number(atNs - echo.sentNs);
        lines.answered(echo.line);
        if (rttNs <= echo.patienceNs) end(echo, { kind: 'received', rttUs: wholeMicroseconds(rttNs) });
      },
      died() {
        uses.delete(key);
        for (const echo of [...flying.values()])
          if (echo.use.listener === listener) end(echo, { kind: 'not-sent', reason: 'other' });
      },
    };
    const use = { endpoint: endpoints.join(family, generation, listener), listener, inFlight: 0 };
    uses.set(key, use);
    return use;
  };

  const sendOne = ({ id, address, icmpBytes, patienceMs }: EchoRequest): void => {
    let sentNs = process.hrtime.bigint();
    const refuse = (reason: Extract<PacketOutcome, { kind: 'not-sent' }>['reason']): void => {
      told(id, sentNs, { kind: 'not-sent', reason });
    };
    const target = ipAddress(address);
    if (!target) {
      refuse('other');
      return;
    }
    try {
      const nowMs = performance.now();
      const line = lines.of(target.canonical);
      const use = open(target.family, lines.sending(line, nowMs * 1e6));
      use.inFlight += 1;
      const { endpoint, listener } = use;
      const sequence = endpoint.sequences.take(listener, id, nowMs, nowMs + patienceMs);
      if (sequence === null) {
        leave(use);
        refuse('no-buffer');
        return;
      }
      const token = newToken();
      const message = echoRequest(target.family, endpoint.socket.identifier, sequence, token, icmpBytes);
      const refused = endpoint.socket.send(target.text, sequence, message, () => {
        sentNs = process.hrtime.bigint();
      });
      if (refused) {
        leave(use);
        refuse(sendFailure(refused));
        return;
      }
      const timer = setTimeout(() => {
        expire(id, -1);
      }, patienceMs + 1);
      const patienceNs = patienceMs * 1e6;
      flying.set(id, { id, target, message, sequence, sentNs, patienceNs, use, line, timer, error: null });
    } catch {
      // No socket for this family.
      refuse('other');
    }
  };

  return {
    send: (requests) => {
      for (const request of requests) sendOne(request);
    },
  };
}

main();
