/** How a port is watched; each figure is a field of the configuration. Milliseconds. */
export interface WatchRules {
  /** Between two echoes to a port that answers. */
  readonly everyMs: number;
  /** A reply after this is none; one at exactly this counts. */
  readonly thresholdMs: number;
  /** An echo is overdue after so many times the port's usual RTT … */
  readonly overdueFactor: number;
  /** … and not before this. */
  readonly overdueAtLeastMs: number;
  /** Between two echoes to a port that is in doubt or down. */
  readonly burstEveryMs: number;
  /** How long the burst is that decides a doubt. */
  readonly burstLengthMs: number;
  /** So many echoes answered in a row make a port up again. */
  readonly recovery: number;
}

/** How many echoes a burst has. */
export function burstEchoes(rules: WatchRules): number {
  return Math.max(1, Math.ceil(rules.burstLengthMs / rules.burstEveryMs));
}

/** How long an echo may be unanswered before the port is in doubt, by its usual RTT (null: not known yet). */
export function overdueMs(rules: WatchRules, usualRttMs: number | null): number {
  const usual = Math.ceil(rules.overdueFactor * (usualRttMs ?? 0));
  return Math.min(rules.thresholdMs, Math.max(rules.overdueAtLeastMs, usual));
}

/**
 * An outage at least this long is sure to be seen, when nothing else is wrong: it begins just behind an echo, lasts
 * until the next one is overdue, and swallows the whole burst on its way out or back. `lateMs` is how late an echo
 * may be sent.
 */
export function shortestSureMs(rules: WatchRules, usualRttMs: number, lateMs: number): number {
  const burstMs = (burstEchoes(rules) - 1) * rules.burstEveryMs;
  return rules.everyMs + overdueMs(rules, usualRttMs) + burstMs + Math.ceil(usualRttMs) + 2 * lateMs;
}

/** The span in which references have to vanish to have vanished at once. */
export function atOnceMs(rules: WatchRules): number {
  return rules.everyMs + rules.thresholdMs;
}
