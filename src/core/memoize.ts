/** Remembers the result for each object by identity; the object must not change afterwards. */
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
 * Remembers results of a pure function of strings, such as calendar look-ups, which repeat for each service of a month.
 * At most `most` results are remembered; then the cache is emptied.
 */
export function memoizeByText<A extends readonly string[], T>(
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
