import { lost, type IcmpErrorKind, type PacketOutcome } from '../../src/core/measurement/round.js';
import type { EchoRequest } from '../probe.js';
import { echoRequest, newToken, sameEcho, type Family } from '../shared/echo.js';
import { worseError } from '../shared/icmp-errors.js';
import { quotes } from '../shared/icmp-message.js';
import { ipAddress, sameBytes, type IpAddress } from '../shared/ip-address.js';
import type { EchoTold } from '../shared/pending-echoes.js';
import { wholeMicroseconds } from '../shared/packet-record.js';
import type { Endpoint, Endpoints, Listener } from './endpoints.js';
import { sendFailure } from './errors.js';

interface ChildEchoesOptions {
  readonly endpoints: Endpoints;
  readonly tell: (results: readonly EchoTold[]) => void;
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
  readonly timer: NodeJS.Timeout;
  error: IcmpErrorKind | null;
}

interface Line {
  readonly endpoint: Endpoint;
  readonly listener: Listener;
}

/** Results are told together, at most so often. */
const tellEveryMs = 20;

export function childEchoes({ endpoints, tell }: ChildEchoesOptions): ChildEchoes {
  const lines = new Map<Family, Line>();
  const flying = new Map<number, Flying>();
  let results: EchoTold[] = [];
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

  const end = (echo: Flying, outcome: PacketOutcome): void => {
    clearTimeout(echo.timer);
    if (!flying.delete(echo.id)) return;
    const line = lines.get(echo.target.family);
    line?.endpoint.sequences.release(line.listener, echo.sequence);
    told(echo.id, echo.sentNs, outcome);
  };

  /** After a standstill replies wait unread behind a timer that is due: they are read first. */
  const expire = (id: number, readBefore: number): void => {
    setImmediate(() => {
      const echo = flying.get(id);
      if (!echo) return;
      const read = lines.get(echo.target.family)?.endpoint.messagesRead ?? 0;
      if (read === readBefore) end(echo, echo.error === null ? lost : { kind: 'error', error: echo.error });
      else expire(id, read);
    });
  };

  const open = (family: Family): Line => {
    const known = lines.get(family);
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
        if (rttNs <= echo.patienceNs) end(echo, { kind: 'received', rttUs: wholeMicroseconds(rttNs) });
      },
      died() {
        lines.delete(family);
        for (const echo of [...flying.values()])
          if (echo.target.family === family) end(echo, { kind: 'not-sent', reason: 'other' });
      },
    };
    const line = { endpoint: endpoints.join(family, listener), listener };
    lines.set(family, line);
    return line;
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
      const { endpoint, listener } = open(target.family);
      const nowMs = performance.now();
      const sequence = endpoint.sequences.take(listener, id, nowMs, nowMs + patienceMs);
      if (sequence === null) {
        refuse('no-buffer');
        return;
      }
      const token = newToken();
      const message = echoRequest(target.family, endpoint.socket.identifier, sequence, token, icmpBytes);
      const refused = endpoint.socket.send(target.text, sequence, message, () => {
        sentNs = process.hrtime.bigint();
      });
      if (refused) {
        refuse(sendFailure(refused));
        return;
      }
      const timer = setTimeout(() => {
        expire(id, -1);
      }, patienceMs + 1);
      const patienceNs = patienceMs * 1e6;
      flying.set(id, { id, target, message, sequence, sentNs, patienceNs, timer, error: null });
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
