/**
 * Values of the domain as JSON and back, without loss: a large number is `{"$bigint": "123"}`, a map is
 * `{"$map": [[key, value], …]}`, everything else is as it is. Fields without a value are left out.
 */
export function toTagged(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) => {
    if (typeof each === 'bigint') return { $bigint: String(each) };
    return each instanceof Map ? { $map: [...each] } : each;
  });
}

/** Throws `SyntaxError` for what is no JSON, and for a large number that is none. */
export function fromTagged(text: string): unknown {
  return JSON.parse(text, (_key, each: unknown) => {
    if (typeof each !== 'object' || each === null) return each;
    if ('$bigint' in each && typeof each.$bigint === 'string') return BigInt(each.$bigint);
    if ('$map' in each && Array.isArray(each.$map)) return new Map(each.$map as [unknown, unknown][]);
    return each;
  });
}
