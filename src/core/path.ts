import type { PathId, PopId } from './types.js';

/** Not ending in a dash: `A->B` would else be a path from a PoP `A-`, and a typo nobody sees. */
const popPattern = '[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,30}[A-Za-z0-9])?';
const popExpression = new RegExp(`^${popPattern}$`);
const pathExpression = new RegExp(`^(${popPattern})>(${popPattern})$`);

export const popIdRule =
  'letters, digits, "-", "_" and ".", at most 32, starting and ending with a letter or digit';

export function isPopId(text: string): text is PopId {
  return popExpression.test(text);
}

/** The id of the path from `source` to `destination`. */
export function pathId(source: PopId, destination: PopId): PathId {
  return `${source}>${destination}`;
}

/** The two ends of a path's id; null when `text` is not one. */
export function pathEnds(text: string): { readonly source: PopId; readonly destination: PopId } | null {
  const match = pathExpression.exec(text);
  if (!match?.[1] || !match[2] || match[1] === match[2]) return null;
  return { source: match[1], destination: match[2] };
}

export function isPathId(text: string): text is PathId {
  return pathEnds(text) !== null;
}
