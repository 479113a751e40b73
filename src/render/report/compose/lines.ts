import type { PartLine } from '../../../core/statement/document.js';

/** `hb-1 (HKG), hb-2 (SIN)`. */
export const namesOfLines = (lines: readonly Pick<PartLine, 'id' | 'pop'>[]): string =>
  lines.map(({ id, pop }) => `${id} (${pop})`).join(', ');
