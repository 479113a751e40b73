/** The values of each key, in their order; none for a key that none has. */
export function byKey<K, V>(values: readonly V[], keyOf: (value: V) => K): (key: K) => readonly V[] {
  const groups = new Map<K, V[]>();
  for (const value of values) {
    const group = groups.get(keyOf(value));
    if (group) group.push(value);
    else groups.set(keyOf(value), [value]);
  }
  return (key) => groups.get(key) ?? [];
}
