import type { Block } from '../blocks.js';
import { area, colors, type Canvas, type TextStyle } from './canvas.js';
import { drawFacts, drawTiles, drawTitle } from './head.js';
import { drawDrawings } from './pictures.js';
import { drawTable, tableStart } from './table.js';

type Of<K extends Block['kind']> = Extract<Block, { readonly kind: K }>;

/** Writes one block. `next` is what follows: a heading never stands alone at the foot of a page. */
export function drawBlock(canvas: Canvas, block: Block, next: readonly Block[]): void {
  switch (block.kind) {
    case 'title':
      drawTitle(canvas, block);
      return;
    case 'heading':
      drawHeading(canvas, block, next);
      return;
    case 'facts':
      drawFacts(canvas, block);
      return;
    case 'tiles':
      drawTiles(canvas, block.tiles);
      return;
    case 'notice':
      drawNotice(canvas, block);
      return;
    case 'text':
      drawText(canvas, block);
      return;
    case 'table':
      drawTable(canvas, block.table);
      return;
    case 'drawings':
      drawDrawings(canvas, block);
      return;
    case 'lines':
      drawLines(canvas, block.lines);
  }
}

/** How much of a page the beginning of a block takes at least. */
function startOf(canvas: Canvas, block: Block | undefined, rest: readonly Block[]): number {
  if (block?.kind === 'heading') {
    return headingStyle(block).size * 2.5 + startOf(canvas, rest[0], rest.slice(1));
  }
  if (block?.kind === 'table') return tableStart(canvas, block.table);
  if (block?.kind === 'drawings') return (block.drawings[0]?.drawing.height ?? 0) + 40;
  return block?.kind === 'facts' ? 60 : 40;
}

const headingStyle = ({ level }: Pick<Of<'heading'>, 'level'>): TextStyle =>
  level === 2 ? { size: 12, weight: 'bold', color: colors.accent } : { size: 9.5, weight: 'bold' };

function drawHeading(canvas: Canvas, block: Of<'heading'>, next: readonly Block[]): void {
  const style = headingStyle(block);
  const above = block.level === 2 ? 9 : 4;
  const height = canvas.heightOf(block.text, area.width, style);
  if (canvas.room() < above + height + 3 + startOf(canvas, next[0], next.slice(1))) canvas.newPage();
  else canvas.y += above;
  canvas.flow(block.text, area.x, area.width, style);
  canvas.y += 3;
}

function drawNotice(canvas: Canvas, { text, tone }: Of<'notice'>): void {
  const style: TextStyle = { size: 9, weight: 'bold', color: colors[tone] };
  const height = canvas.heightOf(text, area.width - 22, style) + 8;
  if (canvas.room() < height) canvas.newPage();
  const { document, y } = canvas;
  document.rect(area.x, y, area.width, height).fill(tone === 'bad' ? '#fdf3f2' : '#fdf8ec');
  document.rect(area.x, y, 3.5, height).fill(colors[tone]);
  canvas.put(text, area.x + 12, y + 4, area.width - 22, style);
  canvas.y += height + 6;
}

function drawText(canvas: Canvas, { text, tone }: Of<'text'>): void {
  const style: TextStyle = { size: tone === 'faint' ? 8 : 9, color: colors[tone] };
  const height = canvas.heightOf(text, area.width, style);
  // A short one stays whole; a long one may break.
  if (height < 80 && canvas.room() < height) canvas.newPage();
  canvas.flow(text, area.x, area.width, style);
  canvas.y += 4;
}

function drawLines(canvas: Canvas, lines: readonly string[]): void {
  const style: TextStyle = { size: 7 };
  for (const line of lines) {
    const indent = (/^ */.exec(line)?.[0].length ?? 0) * 4;
    const text = line.trimStart();
    if (text === '') {
      canvas.y += 4;
      continue;
    }
    const width = area.width - indent;
    if (canvas.room() < canvas.heightOf(text, width, style)) canvas.newPage();
    canvas.flow(text, area.x + indent, width, style);
  }
  canvas.y += 6;
}
