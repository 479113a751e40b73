import type { Round } from '../core/measurement/round.js';
import type { AbortCause } from '../core/measurement/settle.js';
import type { EpochMs, PathId } from '../core/types.js';

interface Flight {
  readonly path: PathId;
  /** Null for a round that was asked for by hand. */
  readonly slot: EpochMs | null;
  readonly controller: AbortController;
  readonly done: Promise<Round | null>;
}

/** The rounds that are running or about to start. */
export interface Flights {
  /** Starts `run` and keeps it until it ends; resolves to its round, or to null when there was none after all. */
  launch(
    path: PathId,
    slot: EpochMs | null,
    run: (controller: AbortController) => Promise<Round | null>,
  ): Promise<Round | null>;
  has(path: PathId, slot: EpochMs): boolean;
  count(): number;
  /** Ends all of them, and resolves when they have ended. */
  abortAll(cause: AbortCause): Promise<void>;
}

export function createFlights(changed: (count: number) => void): Flights {
  const flights = new Set<Flight>();
  return {
    launch: (path, slot, run) => {
      const controller = new AbortController();
      const flight: Flight = {
        path,
        slot,
        controller,
        // In a later turn, so that the flight is known before it can end.
        done: Promise.resolve()
          .then(() => run(controller))
          .finally(() => {
            flights.delete(flight);
            changed(flights.size);
          }),
      };
      flights.add(flight);
      changed(flights.size);
      return flight.done;
    },
    has: (path, slot) => [...flights].some((flight) => flight.path === path && flight.slot === slot),
    count: () => flights.size,
    abortAll: async (cause) => {
      const all = [...flights];
      for (const flight of all) flight.controller.abort(cause);
      await Promise.allSettled(all.map((flight) => flight.done));
    },
  };
}
