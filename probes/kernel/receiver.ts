import type { Flight } from './flight.js';
import type { Reader, Seen } from './replies.js';
import type { BookedWire } from './wires.js';

/** Fetches what came. */
export interface Receiver {
  /** Empties the error queue: TX stamps and ICMP errors. Returns how many came. */
  readonly errors: (booked: BookedWire) => number;
  /** Fetches replies, a bounded number: those who send have their turn between. */
  replies(booked: BookedWire): void;
}

export interface ReceiverOptions {
  readonly reader: Reader;
  /** Reads both clocks. */
  readonly look: () => Seen;
  /** All that this flight has sent is answered. */
  readonly onAnswered: (flight: Flight) => void;
}

/** So many batches of replies in a row, then what is due is sent. */
const batchesATurn = 16;

export function createReceiver({ reader, look, onAnswered }: ReceiverOptions): Receiver {
  const errors = (booked: BookedWire): number => {
    const { wire } = booked;
    booked.drained = true;
    for (let drained = 0; ;) {
      const came = wire.fetchErrors();
      for (let index = 0; index < came; index += 1) reader.error(booked, wire.error(index));
      drained += Math.max(came, 0);
      if (came < wire.batch) return drained;
    }
  };
  return {
    errors,
    replies(booked) {
      const { wire } = booked;
      for (let batches = 0; batches < batchesATurn; batches += 1) {
        const came = wire.fetchReplies();
        if (came <= 0) return;
        const seen = look();
        for (let index = 0; index < came; index += 1) {
          const done = reader.reply(booked, wire.reply(index), seen, errors);
          if (done) onAnswered(done);
        }
        if (came < wire.batch) return;
      }
    },
  };
}
