import type { Table, TableRow, Tone } from '../blocks.js';
import { area, type Canvas, colors, type TextStyle } from './canvas.js';

/** What a column would take if it had all the room, and what it needs at least. */
interface ColumnNeed {
  readonly natural: number;
  readonly least: number;
}

/** Shares the width out: everybody gets the least, and of the rest as much as they could use. */
export function columnWidths(needs: readonly ColumnNeed[], width: number): number[] {
  const natural = sum(needs.map((need) => need.natural));
  const least = sum(needs.map((need) => need.least));
  if (least > width) return needs.map((need) => (need.least * width) / least);
  if (natural >= width) {
    const wanted = natural - least;
    return needs.map((need) =>
      wanted === 0 ? need.least : need.least + ((width - least) * (need.natural - need.least)) / wanted,
    );
  }
  return needs.map((need) => (natural === 0 ? 0 : (width * need.natural) / natural));
}

/** What may not be broken: a word, a part of one up to a hyphen; Chinese breaks between any two characters. */
export function unbreakable(text: string): string[] {
  // Who wrote a no-break space meant the whole.
  if (text.includes('\u00a0') && !text.includes(' ')) return [text];
  return text
    .split(/[ \n]+|(?<=[-/,>])|(?<=[\u2e80-\u9fff\uff00-\uffef])|(?=[\u2e80-\u9fff])/)
    .filter((word) => word !== '');
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const sizes = [8, 7.5, 7, 6.5, 6] as const;
const gap = 7;
const padding = 2.5;

interface Layout {
  readonly size: number;
  readonly widths: readonly number[];
}

/** As large as it fits between the margins; its heads come again on every page. */
export function drawTable(canvas: Canvas, table: Table): void {
  const layout = layoutOf(canvas, table);
  const heads = table.columns.map(({ head }) => head);
  const headRow = { cells: heads, strong: true };
  const drawHead = (again: boolean): void => {
    if (again)
      canvas.artifact(() => {
        drawCells(canvas, headRow, table, layout, 'repeated head');
      }, 'Pagination');
    else drawCells(canvas, headRow, table, layout, 'head');
    rule(canvas, '#9aa5b1', 0.8);
  };
  const first = table.rows[0];
  const headHeight = rowHeight(canvas, headRow, layout);
  if (canvas.room() < headHeight + (first ? rowHeight(canvas, first, layout) : 0)) canvas.newPage();
  canvas.group('Table', () => {
    drawHead(false);
    for (const [index, row] of table.rows.entries()) {
      const notes = row.notes ?? [];
      const noteRoom = notes[0] === undefined ? 0 : Math.min(60, noteHeight(canvas, notes[0], layout));
      if (canvas.room() < rowHeight(canvas, row, layout) + noteRoom) {
        canvas.newPage();
        drawHead(true);
      } else if (index > 0) {
        rule(canvas, colors.rule, 0.4);
      }
      drawCells(canvas, row, table, layout, 'body');
      for (const note of notes) {
        const height = noteHeight(canvas, note, layout);
        if (canvas.room() < height && height < 120) {
          canvas.newPage();
          drawHead(true);
        }
        canvas.group('TR', () => {
          canvas.element('TD', () => {
            canvas.flow(note, area.x + 10, area.width - 10, noteStyle(layout));
          });
        });
        canvas.y += padding;
      }
    }
  });
  canvas.y += 8;
}

/** The room that the table's beginning takes: its heads and first rows. */
export function tableStart(canvas: Canvas, table: Table): number {
  const layout = layoutOf(canvas, table);
  const heads = rowHeight(canvas, { cells: table.columns.map(({ head }) => head), strong: true }, layout);
  const rows = table.rows.slice(0, 2).map((row) => rowHeight(canvas, row, layout));
  return heads + rows.reduce((total, height) => total + height, 0);
}

function layoutOf(canvas: Canvas, { columns, rows }: Table): Layout {
  const room = area.width - gap * (columns.length - 1);
  const at = (size: number) =>
    columns.map(({ head, align }, index) => {
      const cells = rows.map((row) => ({ text: textOf(row.cells[index] ?? ''), style: styleOf(row, size) }));
      const all = [{ text: head, style: { size, weight: 'bold' as const } }, ...cells];
      const naturals = all.map(({ text, style }) => canvas.widthOf(text, style));
      const natural = Math.max(...naturals) + 0.5;
      // Figures stay on one line; heads may break.
      const kept = align === 'right' ? Math.max(0, ...naturals.slice(1)) : 0;
      const words = all
        .filter((_, each) => each === 0 || align === 'left')
        .flatMap(({ text, style }) => unbreakable(text).map((word) => canvas.widthOf(word, style)));
      // A short text is not worth a second line.
      const short = naturals.filter((width, each) => width <= (each === 0 ? 3.5 : 5.5) * size);
      return { natural, least: Math.max(kept, ...words, ...short) + 0.5 };
    });
  for (const size of sizes) {
    const needs = at(size);
    const least = needs.reduce((total, need) => total + need.least, 0);
    if (least <= room || size === 6) return { size, widths: columnWidths(needs, room) };
  }
  throw new RangeError('no size of text');
}

const textOf = (cell: TableRow['cells'][number]): string => (typeof cell === 'string' ? cell : cell.text);
const toneOf = (cell: TableRow['cells'][number]): Tone => (typeof cell === 'string' ? 'plain' : cell.tone);
const styleOf = ({ strong }: TableRow, size: number): TextStyle => ({
  size,
  weight: strong === true ? 'bold' : 'regular',
});
const noteStyle = ({ size }: Layout): TextStyle => ({ size: size - 0.5, color: colors.faint });
const noteHeight = (canvas: Canvas, note: string, layout: Layout): number =>
  canvas.heightOf(note, area.width - 10, noteStyle(layout));

function rowHeight(canvas: Canvas, row: TableRow, { size, widths }: Layout): number {
  const heights = row.cells.map((cell, index) =>
    canvas.heightOf(textOf(cell), widths[index] ?? 0, styleOf(row, size)),
  );
  return Math.max(0, ...heights) + 2 * padding;
}

function drawCells(
  canvas: Canvas,
  row: TableRow,
  { columns }: Table,
  layout: Layout,
  part: 'head' | 'repeated head' | 'body',
): void {
  const height = rowHeight(canvas, row, layout);
  let x: number = area.x;
  const drawCell = (cell: TableRow['cells'][number], index: number): void => {
    const width = layout.widths[index] ?? 0;
    const write = (): void => {
      canvas.put(textOf(cell), x, canvas.y + padding, width, {
        ...styleOf(row, layout.size),
        color: part === 'body' ? colors[toneOf(cell)] : colors.faint,
        align: columns[index]?.align ?? 'left',
      });
    };
    if (part === 'repeated head') write();
    else if (part === 'head') canvas.element('TH', write, { scope: 'Column' });
    else canvas.element('TD', write);
    x += width + gap;
  };
  if (part === 'repeated head') row.cells.forEach(drawCell);
  else
    canvas.group('TR', () => {
      row.cells.forEach(drawCell);
    });
  canvas.y += height;
}

function rule({ document, y, artifact }: Canvas, color: string, width: number): void {
  artifact(() => {
    document
      .moveTo(area.x, y)
      .lineTo(area.x + area.width, y)
      .lineWidth(width)
      .strokeColor(color)
      .stroke();
  });
}
