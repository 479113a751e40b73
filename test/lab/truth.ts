/** One line of the emulator's log: a request it dropped, or a packet it sent. */
export interface TruthLine {
  /** When the request was on the wire. All are of CLOCK_MONOTONIC, the clock of `process.hrtime.bigint()`. */
  readonly rxNs: bigint;
  /** When the emulator had read it: its delay counts from then. */
  readonly readNs: bigint;
  readonly destination: string;
  /** Counts the requests to the destination from 0. */
  readonly n: number;
  readonly id: number;
  readonly sequence: number;
  /** Of the ICMP message. */
  readonly bytes: number;
  readonly what:
    | 'reply'
    | 'drop'
    | 'reorder'
    | 'late'
    | 'dup'
    | 'corrupt'
    | 'corrupt_ck'
    | 'truncate'
    | 'error'
    | 'spoof'
    | 'unsent'
    | 'failed';
  readonly delayNs: bigint;
  /** 0 when nothing was sent; the true RTT is `txNs` − `rxNs`. */
  readonly txNs: bigint;
}

/** Reads the emulator's log; a line that is still being written is left out. */
export function parseTruth(text: string): TruthLine[] {
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => /^\d/.test(line))
    .map((line) => {
      const [rx = '', destination = '', n, id, sequence, bytes, what, delay = '', tx = '', read = ''] =
        line.split(',');
      return {
        rxNs: BigInt(rx),
        destination,
        n: Number(n),
        id: Number(id),
        sequence: Number(sequence),
        bytes: Number(bytes),
        what: what as TruthLine['what'],
        delayNs: BigInt(delay),
        txNs: BigInt(tx),
        readNs: BigInt(read),
      };
    });
}
