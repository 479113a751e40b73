import { createAgenda, type Agenda } from './agenda.js';
import type { Flight } from './flight.js';

/** The rounds in flight, and when one of them is due; instants are the clock's, Infinity: never. */
export interface ActiveRounds {
  readonly flights: Map<number, Flight>;
  /** Those that still have something to send. */
  readonly agenda: Agenda<Flight>;
  /** No flight ends before. */
  nextEndNs: number;
  nextProgressNs: number;
}

export function createActiveRounds(): ActiveRounds {
  return { flights: new Map(), agenda: createAgenda(), nextEndNs: Infinity, nextProgressNs: Infinity };
}

/** Call when the end of a flight became known, or nearer. */
export function expectEnd(active: ActiveRounds, flight: Flight): void {
  active.nextEndNs = Math.min(active.nextEndNs, flight.endNs);
}
