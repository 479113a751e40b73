import type { Context, Output } from './context.js';

/** Colours are for a terminal, and for nobody who asked to be spared (no-color.org). */
export function wantsColor(output: Output, { env }: Pick<Context, 'env'>): boolean {
  return output.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
}

/** Columns of a terminal; 100 where none is. */
export const widthOf = (output: Output): number => output.columns ?? 100;
