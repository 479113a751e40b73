import type { Block, LegendEntry, Picture } from '../blocks.js';
import { area, colors, type Canvas, type TextStyle } from './canvas.js';
import { putDrawing } from './drawing.js';

/** Drawings side by side as far as they fit, and what their colours say. */
export function drawDrawings(
  canvas: Canvas,
  { drawings, legend }: Extract<Block, { readonly kind: 'drawings' }>,
): void {
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
