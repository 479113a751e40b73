import type {
  IcmpErrorCount,
  PacketOutcome,
  Provenance,
  SizeSample,
  StampSource,
} from '../src/core/measurement/round.js';
import type { TraceMethod, TraceRun } from '../src/core/trace/trace.js';

export interface DriverOptions {
  readonly log: ProbeLog;
}

/** What a driver may say of itself; matches pino's methods. */
export interface ProbeLog {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/**
 * The contract of a probe kind: it is opened (`kinds.ts`), then measures rounds, many at a time.
 *
 * A failed measurement is a result, never a throw: `measure` always resolves. Nothing is retried: one packet sent
 * is one entry in the sample.
 */
export interface ProbeDriver {
  readonly kind: string;
  /** The best stamps that it can take of every packet here; absent: each round says its own. */
  readonly stamps?: StampSource;
  /** What keeps it from its best here; absent or empty: nothing does. */
  readonly shortcomings?: readonly Shortcoming[];
  /** Sends one round's packets and says what became of each. Never rejects. Rounds of many paths may run at a time. */
  measure(request: RoundRequest): Promise<RoundResult>;
  /**
   * Sends single echoes, each at once, and reports their results: each exactly once, in one call or many, in any
   * order, never before `echo` has returned. What is in flight when the driver or its process ends is told as
   * `not-sent`. Absent: the kind is for rounds only.
   */
  readonly echo?: (requests: readonly EchoRequest[], tell: (results: readonly EchoResult[]) => void) => void;
  /**
   * Traces the path to an address, hop by hop. Rejects where that can't be done here, or is not done in a minute.
   * Absent: the kind can't.
   */
  readonly trace?: (request: TraceRequest) => Promise<readonly TraceRun[]>;
  /** Ends every round in flight as aborted and gives back what was opened. May be called twice. */
  close(): Promise<void>;
}

/** Something that this machine withholds from a driver which works all the same. */
export interface Shortcoming {
  readonly what: string;
  /** One line that a person can follow or paste. */
  readonly remedy: string;
}

export interface SizeRequest {
  /** The name of the size: what the plan says. */
  readonly bytes: number;
  /** The length of the ICMP message to send, header included. */
  readonly icmpBytes: number;
}

/** One round of one path. The sizes run as interleaved streams, each sending a packet every `intervalMs`. */
export interface RoundRequest {
  /** An IP address, v4 or v6; names are resolved by the caller. */
  readonly address: string;
  readonly sizes: readonly SizeRequest[];
  /** Packets of each size. */
  readonly count: number;
  /** Between two packets of one size. The streams of n sizes are shifted by `intervalMs` / n against each other. */
  readonly intervalMs: number;
  /** A reply after this is late; one at exactly this is received. Compared before the RTT is rounded. */
  readonly lostAfterMs: number;
  /** How much longer than `lostAfterMs` late replies are waited for. */
  readonly lateWaitMs: number;
  /** Ends the round early: its result is `aborted`, with what was measured until then. */
  readonly signal: AbortSignal;
  /** How the packets are to be made; a kind that can't do what is asked fails the round and says so. */
  readonly options?: PacketOptions;
  /** Called at most some ten times a second with how far the round is. */
  readonly onProgress?: (progress: Progress) => void;
}

export interface TraceRequest {
  readonly address: string;
  /** Side by side; one run comes back for each, in this order. */
  readonly methods: readonly TraceMethod[];
  /** The greatest TTL. */
  readonly mostHops: number;
  /** Probes with each TTL. */
  readonly tries: number;
  readonly options?: PacketOptions;
}

/** One echo of the watch. */
export interface EchoRequest {
  /** The caller's: comes back in the result. */
  readonly id: number;
  readonly address: string;
  readonly icmpBytes: number;
  /** A reply after this is none; one at exactly this counts. Compared before the RTT is rounded. */
  readonly patienceMs: number;
  readonly options?: PacketOptions;
}

export interface EchoResult {
  readonly id: number;
  /**
   * When it left, or was tried to: milliseconds on the clock of this thread's `performance.now()`; of the `simulated`
   * kind, on that of its clock.
   */
  readonly sentAtMs: number;
  /** `received`, `lost`, `error` or `not-sent`; never `late`. */
  readonly outcome: PacketOutcome;
}

/** What a path may ask of its packets; what is left out is the system's choice. */
export interface PacketOptions {
  /** Differentiated services code point, 0 to 63 (RFC 2474). */
  readonly dscp?: number;
  /** TTL or hop limit, 1 to 255. */
  readonly ttl?: number;
  /** The address to send from, of the family of the target. */
  readonly source?: string;
  /** True: never fragmented, here or on the way. False: fragmented where that is needed. */
  readonly dontFragment?: boolean;
  /** The name of the interface to send through. */
  readonly interface?: string;
}

export interface Progress {
  readonly sent: number;
  readonly received: number;
  readonly total: number;
}

export interface RoundResult {
  readonly ended: 'completed' | 'aborted' | 'failed';
  /** Why it was aborted or failed; null when completed. */
  readonly reason: string | null;
  /** One per size asked for, in that order, each with exactly `count` packets; empty when it failed. */
  readonly sizes: readonly SizeSample[];
  /** Every kind of ICMP error that came for its packets; absent or empty: none came, or the kind sees none. */
  readonly icmpErrors?: readonly IcmpErrorCount[];
  readonly provenance: Omit<Provenance, 'driver' | 'calibration'>;
}

/** This kind can't run here: says why, and what would help. */
export class ProbeUnavailableError extends Error {
  override readonly name = 'ProbeUnavailable';
  constructor(
    message: string,
    /** One line that a person can follow or paste. */
    readonly remedy: string,
    /** True when only a privilege is missing. */
    readonly permission: boolean,
  ) {
    super(message);
  }
}
