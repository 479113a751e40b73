import type { Block, Fact, LegendEntry, Picture, Tile } from '../blocks.js';
import { area, colors, type Canvas, type TextStyle } from './canvas.js';
import { putDrawing } from './drawing.js';
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

function drawTitle(canvas: Canvas, { text, subtitle, badge }: Of<'title'>): void {
  const { document } = canvas;
  const badgeStyle = { size: 10, weight: 'bold', color: colors[badge.tone] } as const;
  const badgeWidth = canvas.widthOf(badge.text, badgeStyle) + 16;
  const badgeX = area.x + area.width - badgeWidth;
  document
    .roundedRect(badgeX, canvas.y + 3, badgeWidth, 20, 3)
    .lineWidth(1.2)
    .stroke(colors[badge.tone]);
  canvas.put(badge.text, badgeX + 8, canvas.y + 6, badgeWidth, badgeStyle);
  canvas.flow(text, area.x, area.width - badgeWidth - 12, { size: 20, weight: 'bold' });
  canvas.flow(subtitle, area.x, area.width, { size: 11, color: colors.faint });
  canvas.y += 4;
  document
    .moveTo(area.x, canvas.y)
    .lineTo(area.x + area.width, canvas.y)
    .lineWidth(1.6)
    .stroke(colors.accent);
  canvas.y += 9;
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

function drawFacts(canvas: Canvas, { facts, columns }: Of<'facts'>): void {
  const gap = 18;
  const width = (area.width - gap * (columns - 1)) / columns;
  const labelWidth = columns === 1 ? 150 : 74;
  const label: TextStyle = { size: 8.5, color: colors.faint };
  const value = ({ code }: Fact): TextStyle => ({ size: code === true ? 7.5 : 8.5 });
  for (let at = 0; at < facts.length; at += columns) {
    const row = facts.slice(at, at + columns);
    const heights = row.flatMap((fact) => [
      canvas.heightOf(fact.label, labelWidth - 6, label),
      canvas.heightOf(fact.value, width - labelWidth, value(fact)),
    ]);
    const height = Math.max(...heights) + 2.5;
    if (canvas.room() < height) canvas.newPage();
    for (const [index, fact] of row.entries()) {
      const x = area.x + index * (width + gap);
      canvas.put(fact.label, x, canvas.y, labelWidth - 6, label);
      canvas.put(fact.value, x + labelWidth, canvas.y, width - labelWidth, value(fact));
    }
    canvas.y += height;
  }
  canvas.y += 6;
}

function drawTiles(canvas: Canvas, tiles: readonly Tile[]): void {
  const [gap, height] = [8, 54];
  const width = (area.width - gap * (tiles.length - 1)) / tiles.length;
  if (canvas.room() < height) canvas.newPage();
  for (const [index, tile] of tiles.entries()) {
    const x = area.x + index * (width + gap);
    const inner = width - 14;
    canvas.document.roundedRect(x, canvas.y, width, height, 4).lineWidth(0.8).stroke(colors.rule);
    canvas.put(tile.label, x + 7, canvas.y + 5, inner, { size: 8, color: colors.faint });
    const style = { size: 14, weight: 'bold', color: colors[tile.tone] } as const;
    const wide = canvas.widthOf(tile.value, style);
    const size = wide > inner ? Math.max(8, (14 * inner) / wide - 0.2) : 14;
    canvas.put(tile.value, x + 7, canvas.y + 17 + (14 - size) / 2, inner + 2, { ...style, size });
    canvas.put(tile.note, x + 7, canvas.y + 38, inner + 4, { size: 7.5, color: colors.faint });
  }
  canvas.y += height + 6;
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

function drawDrawings(canvas: Canvas, { drawings, legend }: Of<'drawings'>): void {
  const rows: Picture[][] = [];
  let wide = Infinity;
  for (const picture of drawings) {
    const { width } = picture.drawing;
    if (wide + width > area.width + 1) {
      rows.push([]);
      wide = 0;
    }
    rows.at(-1)?.push(picture);
    wide += width + 15;
  }
  const caption: TextStyle = { size: 8, weight: 'bold', color: colors.faint };
  for (const [index, row] of rows.entries()) {
    const height = Math.max(...row.map(({ drawing }) => drawing.height)) + 14;
    const withLegend = index === rows.length - 1 ? 20 : 0;
    if (canvas.room() < height + withLegend) canvas.newPage();
    let x: number = area.x;
    for (const { caption: text, drawing } of row) {
      canvas.put(text, x, canvas.y, drawing.width, caption);
      putDrawing(canvas, drawing, x, canvas.y + 14);
      x += drawing.width + 16;
    }
    canvas.y += height + 6;
  }
  drawLegend(canvas, legend);
}

function drawLegend(canvas: Canvas, legend: readonly LegendEntry[]): void {
  const { document } = canvas;
  const style: TextStyle = { size: 7.5, color: colors.faint };
  let x: number = area.x;
  for (const { text, color, as } of legend) {
    const width = canvas.widthOf(text, style);
    if (x + width + 20 > area.x + area.width) {
      x = area.x;
      canvas.y += 12;
    }
    const y = canvas.y + 2;
    if (as === 'area') document.rect(x, y, 12, 7).fill(color);
    else {
      document
        .moveTo(x, y + 3.5)
        .lineTo(x + 12, y + 3.5)
        .lineWidth(1.2);
      if (as === 'dashed') document.dash(2.5, { space: 2.5 });
      document.stroke(color).undash();
    }
    canvas.put(text, x + 15, canvas.y, width + 4, style);
    x += width + 28;
  }
  canvas.y += 18;
}
