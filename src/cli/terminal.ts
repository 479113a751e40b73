import { printableText } from '../core/text/control-characters.js';
import type { Context, Output } from './context.js';

/** Colours are for a terminal, and for nobody who asked to be spared (no-color.org). */
export function wantsColor(output: Output, { env }: Pick<Context, 'env'>): boolean {
  return output.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
}

/** Columns of a terminal; 100 where none is. */
export const widthOf = (output: Output): number => output.columns ?? 100;

/**
 * The output that commands get: text loses its control characters, whoever wrote them (a plan's name, a file's name, a
 * reason in the ledger); bytes are a document and go out as they are.
 */
export function safeOutput(output: Output): Output {
  return {
    write: (text) => output.write(typeof text === 'string' ? printableText(text) : text),
    get isTTY() {
      return output.isTTY === true;
    },
    get columns() {
      return output.columns;
    },
    raw: output,
  };
}

/** For text with colours or cursor movements of this program: whoever writes to it makes other texts printable first. */
export const rawOutput = (output: Output): Output => output.raw ?? output;
