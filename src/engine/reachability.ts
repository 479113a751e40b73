/**
 * Records which targets answered when, to tell one unreachable target from an observer that reaches none. Targets are
 * PoPs, or addresses of further references; instants are milliseconds on the monotonic clock.
 */
export interface Reachability {
  /** A packet was sent to it, or could not be sent: from now on its silence is evidence. */
  tried(target: string): void;
  /** It answered a packet that was sent at about this instant. */
  answered(target: string, atMs: number): void;
  /** Whether any other target answered a packet that was sent within `nearMs` of the instant. */
  othersAnswered(target: string, atMs: number, nearMs: number): boolean;
  /** Whether any other target was ever tried, so that silence is evidence. */
  hasOthers(target: string): boolean;
}

interface Span {
  readonly from: number;
  to: number;
}

/**
 * Answers this close together, milliseconds, are joined into one span: a list of single ones would grow with each
 * packet.
 */
const joinMs = 1_000;
/** Longer than any round lasts, milliseconds; older spans are dropped. */
const horizonMs = 2 * 3_600_000;

export function createReachability(): Reachability {
  const spansOf = new Map<string, Span[]>();
  const known = new Set<string>();
  return {
    tried(target) {
      known.add(target);
    },
    answered(target, atMs) {
      known.add(target);
      let spans = spansOf.get(target);
      if (!spans) spansOf.set(target, (spans = []));
      const near = spans.findLast(({ from, to }) => atMs >= from - joinMs && atMs <= to + joinMs);
      if (near && atMs >= near.from) near.to = Math.max(near.to, atMs);
      else if (!near) spans.push({ from: atMs, to: atMs });
      const old = spans.findIndex(({ to }) => to >= atMs - horizonMs);
      if (old > 0) spans.splice(0, old);
    },
    othersAnswered: (target, atMs, nearMs) =>
      [...spansOf].some(
        ([other, spans]) =>
          other !== target && spans.some(({ from, to }) => atMs >= from - nearMs && atMs <= to + nearMs),
      ),
    hasOthers: (target) => known.size > (known.has(target) ? 1 : 0),
  };
}
