import type { Block, Fact, Tile } from '../blocks.js';
import { area, colors, type Canvas, type TextStyle } from './canvas.js';

type Of<K extends Block['kind']> = Extract<Block, { readonly kind: K }>;

export function drawTitle(canvas: Canvas, { text, subtitle, badge }: Of<'title'>): void {
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

export function drawFacts(canvas: Canvas, { facts, columns }: Of<'facts'>): void {
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

export function drawTiles(canvas: Canvas, tiles: readonly Tile[]): void {
  const gap = 8;
  const width = (area.width - gap * (tiles.length - 1)) / tiles.length;
  const noteStyle = { size: 7.5, color: colors.faint } as const;
  // All as high as the one that has the most to say.
  const notes = tiles.map(({ note }) => (note === '' ? 0 : canvas.heightOf(note, width - 10, noteStyle)));
  const height = Math.max(54, 43 + Math.max(...notes));
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
    canvas.put(tile.note, x + 7, canvas.y + 38, inner + 4, noteStyle);
  }
  canvas.y += height + 6;
}
