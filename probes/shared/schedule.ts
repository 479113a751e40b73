/**
 * When the packets of a round are due. The streams are shifted evenly, so the round is one even stream: packet
 * `turn` belongs to stream `turn % streams` and is its `⌊turn / streams⌋`-th.
 */
export interface Schedule {
  readonly streams: number;
  readonly count: number;
  /** Between two packets of the round. */
  readonly gapNs: number;
}

export function schedule(streams: number, count: number, intervalMs: number): Schedule {
  return { streams, count, gapNs: (intervalMs * 1e6) / streams };
}

export const packetsIn = ({ streams, count }: Schedule): number => streams * count;

/** When `turn` is due, nanoseconds since the round's start. */
export const dueNs = ({ gapNs }: Schedule, turn: number): number => Math.round(turn * gapNs);

/**
 * When to send `turn`, which may be later than when it is due: a round that fell behind catches up at twice its rate,
 * never all at once (a burst is lost in the receiver's buffer, and would be taken for loss on the path).
 */
export function sendAtNs(plan: Schedule, turn: number, previousSentNs: number | null): number {
  const due = dueNs(plan, turn);
  return previousSentNs === null ? due : Math.max(due, previousSentNs + plan.gapNs / 2);
}
