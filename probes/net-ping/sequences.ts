/** ICMP sequence numbers of one socket, each with the packet that has it. */
export interface Sequences<Owner> {
  /** A number for the owner's packet `turn`, whose replies are waited for until `untilMs`; null when all are taken. */
  take(owner: Owner, turn: number, nowMs: number, untilMs: number): number | null;
  /** Whose packet has this number; null when nobody waits for it. */
  ownerOf(sequence: number): Owner | null;
  /** Which of the owner's packets it is. */
  turnOf(sequence: number): number;
  /** The owner no longer waits for this number, which still rests until the time that was given. */
  release(owner: Owner, sequence: number): void;
}

/** 1 to 65535: net-ping takes 0 for "none left". */
const numbers = 0xffff;

/**
 * Hands out numbers in a circle. None is taken again before the replies of its last packet are waited for no more, so
 * a late reply can't be booked for a packet that it does not answer. That bounds what is outstanding, too.
 */
export function sequences<Owner>(): Sequences<Owner> {
  const owners = new Array<Owner | null>(numbers + 1).fill(null);
  const turns = new Uint32Array(numbers + 1);
  const freeAtMs = new Float64Array(numbers + 1).fill(-Infinity);
  let last = 0;
  return {
    take(owner, turn, nowMs, untilMs) {
      const sequence = (last % numbers) + 1;
      if (nowMs < (freeAtMs[sequence] ?? 0)) return null;
      last = sequence;
      owners[sequence] = owner;
      turns[sequence] = turn;
      freeAtMs[sequence] = untilMs;
      return sequence;
    },
    ownerOf: (sequence) => owners[sequence] ?? null,
    turnOf: (sequence) => turns[sequence] ?? 0,
    release(owner, sequence) {
      if (owners[sequence] === owner) owners[sequence] = null;
    },
  };
}
