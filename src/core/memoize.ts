/** What something is made into, kept for as long as it is the same thing: it may not change. */
export function memoizeByIdentity<A extends object, R>(make: (of: A) => R): (of: A) => R {
  const made = new WeakMap<A, R>();
  return (of) => {
    const before = made.get(of);
    if (before !== undefined) return before;
    const fresh = make(of);
    made.set(of, fresh);
    return fresh;
  };
}
/**
 * The same answers from a function of texts that always says the same: the calendar is asked for few days, and of each
 * service of a month anew. At most so many are remembered, then it starts afresh.
 */
export function remembered<A extends readonly string[], T>(
  ask: (...of: A) => T,
  most: number,
): (...of: A) => T {
  const known = new Map<string, T>();
  return (...of) => {
    const key = of.join(' ');
    const before = known.get(key);
    if (before !== undefined) return before;
    const answer = ask(...of);
    if (known.size >= most) known.clear();
    known.set(key, answer);
    return answer;
  };
}
