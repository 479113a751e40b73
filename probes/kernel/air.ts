import { createAgenda, type Agenda } from './agenda.js';
import type { Flight } from './flight.js';

/** What is in the air, and when it wants to be looked at; instants are the clock's, Infinity: never. */
export interface Air {
  readonly flights: Map<number, Flight>;
  /** Those that still have something to send. */
  readonly agenda: Agenda<Flight>;
  /** No flight ends before. */
  nextEndNs: number;
  nextProgressNs: number;
}

export function createAir(): Air {
  return { flights: new Map(), agenda: createAgenda(), nextEndNs: Infinity, nextProgressNs: Infinity };
}

/** The flight's end is known now, or nearer. */
export function expectEnd(air: Air, flight: Flight): void {
  air.nextEndNs = Math.min(air.nextEndNs, flight.endNs);
}
