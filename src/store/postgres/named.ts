import type { Value, Values } from './database.js';

/** `:name` in a text that both databases read, as this one wants it: `$1`, with its values in that order. */
export function numbered(sql: string, values: Values): { readonly sql: string; readonly values: Value[] } {
  if (Array.isArray(values)) return { sql, values: [...(values as readonly Value[])] };
  const named = values as Readonly<Record<string, Value>>;
  const order: string[] = [];
  // `::` is a cast.
  const text = sql.replace(/(?<!:):([a-zA-Z]\w*)/g, (_, name: string) => {
    if (!order.includes(name)) order.push(name);
    return `$${order.indexOf(name) + 1}`;
  });
  return {
    sql: text,
    values: order.map((name) => {
      const value = named[name];
      if (value === undefined) throw new TypeError(`no value is given for :${name}`);
      return value;
    }),
  };
}
