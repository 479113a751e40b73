import Table from 'cli-table3';
import { oneLine } from '../figures.js';

/** Wide in a terminal: Hangul Jamo, CJK with its punctuation, Hangul, compatibility and full-width forms. */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]/;

const widthOf = (text: string): number =>
  Array.from(text).reduce((sum, character) => sum + (wide.test(character) ? 2 : 1), 0);

/** What stays on one line: a word with its punctuation and the space behind it, or a wide character by itself. */
const pieces = (text: string): string[] =>
  Array.from(text).reduce<string[]>((all, character) => {
    const last = all.at(-1);
    const joins = last !== undefined && !last.endsWith(' ') && !wide.test(character) && !wide.test(last);
    // A line does not begin with closing punctuation.
    if (last !== undefined && (joins || /[ ，。；：、）”]/.test(character)))
      all[all.length - 1] = last + character;
    else all.push(character);
    return all;
  }, []);

/** Breaks a text into lines of at most so many columns, between words or wide characters. */
function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const piece of pieces(text)) {
    if (line !== '' && widthOf(line + piece.trimEnd()) > columns) {
      lines.push(line.trimEnd());
      line = '';
    }
    line += piece;
  }
  return [...lines, line.trimEnd()];
}

const widest = 60;

/** A table with borders, for a document; wide characters (CJK) take two columns. A cell may have several lines. */
export function borderedTable(
  head: readonly string[],
  rows: readonly (readonly (string | readonly string[])[])[],
): string[] {
  const table = new Table({ head: [...head], style: { head: [], border: [] } });
  for (const row of rows) {
    table.push(
      row.map((cell) =>
        (typeof cell === 'string' ? [cell] : cell).flatMap((line) => wrap(oneLine(line), widest)).join('\n'),
      ),
    );
  }
  return table.toString().split('\n');
}
