/**
 * A value of the domain as one that has a spelling (`canonicalJson`): large numbers and fractions as text, maps as
 * lists of pairs, fields without a value left out.
 */
export function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : String(value);
  if (value instanceof Map) return [...value].map(([key, each]) => [plain(key), plain(each)]);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).filter(([, each]) => each !== undefined);
  return Object.fromEntries(fields.map(([key, each]) => [key, plain(each)]));
}
