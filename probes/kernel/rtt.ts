/** The stamps of one answered packet, nanoseconds. */
interface Stamps {
  /** Kernel stamps, of the wall clock; NaN: not taken. */
  readonly txNs: number;
  readonly rxNs: number;
  /** The wall clock just before sending. */
  readonly sentRealNs: number;
  /** The monotonic clock just before sending, and after the reply was read. */
  readonly sentMonoNs: number;
  readonly seenMonoNs: number;
  /** The wall clock was set in between: its differences mean nothing. */
  readonly stepped: boolean;
}

export type RttSource = 'kernel-tx-rx' | 'kernel-rx' | 'user';

/** The wall clock and the monotonic one are read by two calls: equal to this. */
const slackNs = 2_000;

/**
 * The RTT by the best stamps that hold, in whole nanoseconds. What the kernel measured lies inside what we saw on the
 * monotonic clock; a difference that does not is wrong, whatever the reason, and the next stamps are taken.
 */
export function rttOf(stamps: Stamps): { readonly ns: number; readonly source: RttSource } {
  const seenNs = stamps.seenMonoNs - stamps.sentMonoNs;
  const holds = (ns: number): boolean => ns >= 0 && ns <= seenNs + slackNs;
  if (!stamps.stepped) {
    const kernelNs = stamps.rxNs - stamps.txNs;
    if (holds(kernelNs)) return { ns: kernelNs, source: 'kernel-tx-rx' };
    const halfNs = stamps.rxNs - stamps.sentRealNs;
    if (holds(halfNs)) return { ns: halfNs, source: 'kernel-rx' };
  }
  return { ns: seenNs, source: 'user' };
}
