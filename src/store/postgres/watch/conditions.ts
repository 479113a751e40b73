import type { Value } from '../database.js';

/** The conditions whose value is given, joined, with the values in their order; `?` stands for the value. */
export function conditions(parts: readonly (readonly [sql: string, value: string | number | undefined])[]): {
  readonly where: string;
  readonly values: Value[];
} {
  const values: Value[] = [];
  const given = parts.flatMap(([sql, value]) => {
    if (value === undefined) return [];
    values.push(value);
    return [sql.replace('?', `$${values.length}`)];
  });
  return { where: ['true', ...given].join(' AND '), values };
}
