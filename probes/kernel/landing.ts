import { expectEnd, type Air } from './air.js';
import type { Clock } from './clock.js';
import type { Echoes } from './echoes.js';
import { progressOf, type Flight } from './flight.js';
import { land, packFlight } from './land.js';
import type { PacketPool } from './packets.js';
import type { FromWorker } from './protocol.js';
import type { Wires } from './wires.js';

/** Ends flights and reports their results. */
export interface Landing {
  /** All that it has sent is answered: a single echo ends at once, a round waits for duplicates. */
  readonly answered: (flight: Flight) => void;
  echo(flight: Flight): void;
  abort(id: number, reason: string): void;
  /** Ends what has waited long enough. */
  due(nowNs: number): void;
  /** Tells how far the watched rounds are, some ten times a second. */
  tellProgress(nowNs: number): void;
}

interface LandingOptions {
  readonly air: Air;
  readonly clock: Clock;
  readonly wires: Wires;
  readonly echoes: Echoes;
  readonly pool: PacketPool;
  readonly tell: (message: FromWorker) => void;
}

const progressEveryNs = 100e6;

export function createLanding({ air, clock, wires, echoes, pool, tell }: LandingOptions): Landing {
  const leave = (flight: Flight): void => {
    air.flights.delete(flight.id);
    for (const sharedWire of wires.all) if (flight.dropsBefore.has(sharedWire.wire)) sharedWire.users -= 1;
  };
  const finish = (flight: Flight, ended: 'completed' | 'aborted', reason: string | null): void => {
    const result = { ...land(flight, ended, reason), sizes: packFlight(flight, clock.monotonicNs()) };
    leave(flight);
    pool.giveBack(flight.packets);
    tell({ type: 'result', id: flight.id, result });
  };
  const echo = (flight: Flight): void => {
    leave(flight);
    echoes.end(flight, clock.monotonicNs());
    pool.giveBack(flight.packets);
  };
  return {
    echo,
    answered(flight) {
      if (echoes.has(flight)) echo(flight);
      else expectEnd(air, flight);
    },
    abort(id, reason) {
      const flight = air.flights.get(id);
      if (flight) finish(flight, 'aborted', reason);
    },
    due(nowNs) {
      if (nowNs < air.nextEndNs) return;
      air.nextEndNs = Infinity;
      for (const flight of air.flights.values()) {
        if (flight.endNs > nowNs) expectEnd(air, flight);
        else if (echoes.has(flight)) echo(flight);
        else finish(flight, 'completed', null);
      }
    },
    tellProgress(nowNs) {
      if (nowNs < air.nextProgressNs) return;
      air.nextProgressNs = Infinity;
      for (const flight of air.flights.values()) {
        if (!flight.request.watched) continue;
        air.nextProgressNs = nowNs + progressEveryNs;
        const done = flight.turn + flight.received;
        if (done !== flight.told) tell({ type: 'progress', id: flight.id, progress: progressOf(flight) });
        flight.told = done;
      }
    },
  };
}

/** From now on a watched round is in the air. */
export function expectProgress(air: Air, nowNs: number): void {
  air.nextProgressNs = Math.min(air.nextProgressNs, nowNs + progressEveryNs);
}
