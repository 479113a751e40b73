/** The conditions whose value is given, joined, with the values in their order. */
export function conditions(parts: readonly (readonly [sql: string, value: string | number | undefined])[]): {
  readonly where: string;
  readonly values: (string | number)[];
} {
  const given = parts.flatMap(([sql, value]) => (value === undefined ? [] : [{ sql, value }]));
  return {
    where: ['1', ...given.map(({ sql }) => sql)].join(' AND '),
    values: given.map(({ value }) => value),
  };
}
