import { expectEnd, type ActiveRounds } from './active.js';
import type { Clock } from './clock.js';
import type { Echoes } from './echoes.js';
import { progressOf, type Flight } from './flight.js';
import { roundResult, packedSizesOf } from './result.js';
import type { PacketPool } from './packets.js';
import type { FromWorker } from './protocol.js';
import type { Wires } from './wires.js';

/** Finishes rounds and single echoes, and reports their results. */
export interface Finisher {
  /** Call when every packet sent so far is answered: a single echo ends at once, a round waits for duplicates. */
  readonly allAnswered: (flight: Flight) => void;
  echo(flight: Flight): void;
  abort(id: number, reason: string): void;
  /** Finishes the rounds and echoes whose waiting time is over. */
  finishExpired(nowNs: number): void;
  /** Reports the progress of the watched rounds, some ten times a second. */
  reportProgress(nowNs: number): void;
}

interface FinisherOptions {
  readonly active: ActiveRounds;
  readonly clock: Clock;
  readonly wires: Wires;
  readonly echoes: Echoes;
  readonly pool: PacketPool;
  readonly tell: (message: FromWorker) => void;
}

const progressEveryNs = 100e6;

export function createFinisher({ active, clock, wires, echoes, pool, tell }: FinisherOptions): Finisher {
  const leave = (flight: Flight): void => {
    active.flights.delete(flight.id);
    for (const sharedWire of wires.all) if (flight.dropsBefore.has(sharedWire.wire)) sharedWire.users -= 1;
  };
  const finish = (flight: Flight, ended: 'completed' | 'aborted', reason: string | null): void => {
    const result = {
      ...roundResult(flight, ended, reason),
      sizes: packedSizesOf(flight, clock.monotonicNs()),
    };
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
    allAnswered(flight) {
      if (echoes.has(flight)) echo(flight);
      else expectEnd(active, flight);
    },
    abort(id, reason) {
      const flight = active.flights.get(id);
      if (flight) finish(flight, 'aborted', reason);
    },
    finishExpired(nowNs) {
      if (nowNs < active.nextEndNs) return;
      active.nextEndNs = Infinity;
      for (const flight of active.flights.values()) {
        if (flight.endNs > nowNs) expectEnd(active, flight);
        else if (echoes.has(flight)) echo(flight);
        else finish(flight, 'completed', null);
      }
    },
    reportProgress(nowNs) {
      if (nowNs < active.nextProgressNs) return;
      active.nextProgressNs = Infinity;
      for (const flight of active.flights.values()) {
        if (!flight.request.watched) continue;
        active.nextProgressNs = nowNs + progressEveryNs;
        const done = flight.turn + flight.received;
        if (done !== flight.progressReported)
          tell({ type: 'progress', id: flight.id, progress: progressOf(flight) });
        flight.progressReported = done;
      }
    },
  };
}

/** Call when a watched round starts: its progress is reported from now on. */
export function expectProgress(active: ActiveRounds, nowNs: number): void {
  active.nextProgressNs = Math.min(active.nextProgressNs, nowNs + progressEveryNs);
}
