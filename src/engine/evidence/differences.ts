export interface Difference {
  /** As `parts[0].credit.amount`. */
  readonly field: string;
  readonly stated: string;
  readonly recomputed: string;
}

/** Every field in which two values differ, in the order of the first. */
export function differences(stated: unknown, recomputed: unknown, field = ''): Difference[] {
  if (Object.is(stated, recomputed)) return [];
  if (Array.isArray(stated) && Array.isArray(recomputed)) {
    const length = Math.max(stated.length, recomputed.length);
    return Array.from({ length }, (_, index) =>
      differences(stated[index], recomputed[index], `${field}[${index}]`),
    ).flat();
  }
  if (isRecord(stated) && isRecord(recomputed)) {
    const keys = new Set([...Object.keys(stated), ...Object.keys(recomputed)]);
    return [...keys].flatMap((key) =>
      differences(stated[key], recomputed[key], field === '' ? key : `${field}.${key}`),
    );
  }
  return [{ field, stated: shown(stated), recomputed: shown(recomputed) }];
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** How many single values there are in it. */
export function countValues(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce((sum: number, each) => sum + countValues(each), 0);
}

const mostShown = 80;

function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > mostShown ? `${text.slice(0, mostShown)}…` : text;
}
