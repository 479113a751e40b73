/** What something is made into, kept for as long as it is the same thing: it may not change. */
export function ofSame<A extends object, R>(make: (of: A) => R): (of: A) => R {
  const made = new WeakMap<A, R>();
  return (of) => {
    const before = made.get(of);
    if (before !== undefined) return before;
    const fresh = make(of);
    made.set(of, fresh);
    return fresh;
  };
}
