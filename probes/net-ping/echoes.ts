import { lost, type IcmpErrorKind, type PacketOutcome } from '../../src/core/measurement/round.js';
import type { EchoRequest } from '../probe.js';
import { echoRequest, newToken, sameEcho, type Family } from '../shared/echo.js';
import { worseError } from '../shared/icmp-errors.js';
import { quotes } from '../shared/icmp-message.js';
import { ipAddress, sameBytes, type IpAddress } from '../shared/ip-address.js';
import type { EchoOutcome } from '../shared/pending-echoes.js';
import { wholeMicroseconds } from '../shared/packet-record.js';
import type { Line, Lines } from '../shared/lines.js';
import { type Endpoint, type Endpoints, keyOf, type Listener } from './endpoints.js';
import { sendFailure } from './errors.js';

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

export function childEchoes({ endpoints, lines, tell }: ChildEchoesOptions): ChildEchoes {
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
