type Plain = string | number;

/** Conditions with names for their values. */
export interface Where {
  readonly where: string;
  readonly values: Readonly<Record<string, Plain>>;
}

/** `of`: a comparison with the name of its value, `path = :path`, or a column that has to be one of several. */
export function allOf(
  parts: readonly (readonly [of: string, value: Plain | readonly Plain[] | undefined])[],
): Where {
  const values: Record<string, Plain> = {};
  const conditions = parts.flatMap(([of, value]) => {
    if (value === undefined) return [];
    if (Array.isArray(value)) {
      const some = value as readonly Plain[];
      const names = some.map((each, index) => {
        values[`${of}${index}`] = each;
        return `:${of}${index}`;
      });
      return [names.length === 0 ? '1 = 0' : `${of} IN (${names.join(', ')})`];
    }
    values[/:(\w+)/.exec(of)?.[1] ?? of] = value as Plain;
    return [of];
  });
  return { where: ['1 = 1', ...conditions].join(' AND '), values };
}
