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
