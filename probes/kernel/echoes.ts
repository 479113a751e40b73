import type { NotSentReason, PacketOutcome } from '../../src/core/measurement/round.js';
import type { EchoRequest } from '../probe.js';
import { startFlight, type Flight } from './flight.js';
import { roundResult } from './result.js';
import { outcomeOf } from '../shared/packet-record.js';
import type { Line } from '../shared/lines.js';
import { type PacketPool, recordOf } from './packets.js';
import type { Address } from './address.js';
import type { EchoOutcome } from '../shared/pending-echoes.js';
import type { FromWorker } from './protocol.js';

/**
 * Single echoes in flight: rounds of one packet that end as soon as it is answered. Their results are reported
 * together, once a turn.
 */
export interface Echoes {
  readonly inFlight: number;
  has(flight: Flight): boolean;
  start(request: EchoRequest, target: Address, line: Line, pool: PacketPool, nowNs: number): Flight;
  /** It has ended: takes it out of the flights. */
  end(flight: Flight, nowNs: number): void;
  /** It never began. */
  refuse(id: number, reason: NotSentReason, nowNs: number): void;
  tell(nowNs: number): void;
}

interface EchoesOptions {
  readonly tell: (message: FromWorker) => void;
  /** Milliseconds on the clock of `process.hrtime`. */
  readonly hrtimeMs: () => number;
}

export function createEchoes({ tell, hrtimeMs }: EchoesOptions): Echoes {
  const flights = new Set<Flight>();
  let told: (EchoOutcome & { readonly sentNs: number })[] = [];
  return {
    get inFlight() {
      return flights.size;
    },
    has: (flight) => flights.has(flight),
    start(request, target, line, pool, nowNs) {
      const { id, address, icmpBytes, patienceMs, options } = request;
      const round = {
        address,
        sizes: [{ bytes: icmpBytes, icmpBytes }],
        count: 1,
        intervalMs: 1,
        lostAfterMs: patienceMs,
        lateWaitMs: 0,
        watched: false,
        ...(options && { options }),
      };
      const flight = startFlight(id, round, target, line, pool, nowNs, 0);
      flights.add(flight);
      return flight;
    },
    end(flight, nowNs) {
      flights.delete(flight);
      // An answered one was not dropped: that need not be asked.
      if (flight.received > 0) flight.dropsBefore.clear();
      const { provenance } = roundResult(flight, 'completed', null);
      const outcome = outcomeOf(recordOf(flight.packets, 0), flight.lostAfterNs, nowNs - flight.startNs);
      const sentMonoNs = flight.packets.sentMonoNs[0] ?? NaN;
      const sentNs = Number.isNaN(sentMonoNs) ? flight.startNs : sentMonoNs;
      const { id } = flight;
      // A packet that this socket dropped may have been its reply: no answer says nothing then.
      const spoiled = outcome.kind !== 'received' && (provenance.socketDrops ?? 0) > 0;
      told.push({ id, sentNs, sentHrtimeMs: 0, outcome: spoiled ? notSent('other') : outcome });
    },
    refuse(id, reason, nowNs) {
      told.push({ id, sentNs: nowNs, sentHrtimeMs: 0, outcome: notSent(reason) });
    },
    tell(nowNs) {
      if (told.length === 0) return;
      const nowMs = hrtimeMs();
      const results = told.map(({ id, sentNs, outcome }) => ({
        id,
        outcome,
        sentHrtimeMs: nowMs - (nowNs - sentNs) / 1e6,
      }));
      told = [];
      tell({ type: 'echoes', results });
    },
  };
}

const notSent = (reason: NotSentReason): PacketOutcome => ({ kind: 'not-sent', reason });
