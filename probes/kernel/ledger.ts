/**
 * Which packet a sequence number stands for, on one socket. The number is 16 bits and comes round again; the 64-bit
 * token tells the one packet from all others. A number is given out again only when no reply to its last packet can
 * be waited for any more. Typed arrays: a full ledger is 2.3 MB and makes no garbage.
 */
export interface Ledger {
  /** Gives a number to a packet until `untilNs`; -1 when all are taken. */
  take(flight: number, packet: number, high: number, low: number, untilNs: number, nowNs: number): number;
  /** Takes a number back at once: its packet was never sent. */
  giveBack(sequence: number): void;
  /** The flight and packet the number stands for; flight 0: none. */
  flightOf(sequence: number): number;
  packetOf(sequence: number): number;
  /** `own`: the token of its packet. `former`: of the one before it, a straggler. */
  tokenIs(sequence: number, high: number, low: number): 'own' | 'former' | 'foreign';
}

const numbers = 0x10000;
/** How many taken numbers are passed over in search of a free one. */
const lookAhead = 256;

export function createLedger(first: number): Ledger {
  const flights = new Uint32Array(numbers);
  const packets = new Uint32Array(numbers);
  const tokens = new Uint32Array(numbers * 2);
  const formerTokens = new Uint32Array(numbers * 2);
  const until = new Float64Array(numbers).fill(-Infinity);
  let next = first & 0xffff;
  return {
    take(flight, packet, high, low, untilNs, nowNs) {
      for (let tries = 0; tries < lookAhead; tries += 1) {
        const sequence = next;
        next = (next + 1) & 0xffff;
        if ((until[sequence] ?? 0) > nowNs) continue;
        formerTokens[sequence * 2] = tokens[sequence * 2] ?? 0;
        formerTokens[sequence * 2 + 1] = tokens[sequence * 2 + 1] ?? 0;
        flights[sequence] = flight;
        packets[sequence] = packet;
        tokens[sequence * 2] = high;
        tokens[sequence * 2 + 1] = low;
        until[sequence] = untilNs;
        return sequence;
      }
      return -1;
    },
    giveBack(sequence) {
      flights[sequence] = 0;
      until[sequence] = -Infinity;
    },
    flightOf: (sequence) => flights[sequence] ?? 0,
    packetOf: (sequence) => packets[sequence] ?? 0,
    tokenIs(sequence, high, low) {
      const at = sequence * 2;
      if (tokens[at] === high && tokens[at + 1] === low) return 'own';
      return formerTokens[at] === high && formerTokens[at + 1] === low ? 'former' : 'foreign';
    },
  };
}
