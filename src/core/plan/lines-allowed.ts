import type { ServiceClass } from './plan.js';

/** How many lines a service of the class has, in words: `exactly 1`, `2 or more`, `1 to 3`. */
export function linesAllowed({ minLines, maxLines }: Pick<ServiceClass, 'minLines' | 'maxLines'>): string {
  if (maxLines === null) return `${minLines} or more`;
  return minLines === maxLines ? `exactly ${minLines}` : `${minLines} to ${maxLines}`;
}
