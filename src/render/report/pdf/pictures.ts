import type { Block, LegendEntry, Picture } from '../blocks.js';
import { type Drawing, isLabel } from '../chart/drawing.js';
import { area, ascent, type Canvas, colors, type TextStyle } from './canvas.js';

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
      const left = x;
      canvas.element('Caption', () => {
        canvas.put(text, left, canvas.y, drawing.width, caption);
      });
      canvas.element(
        'Figure',
        () => {
          putDrawing(canvas, drawing, left, canvas.y + 14);
        },
        { alt: text },
      );
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
    const left = x;
    const y = canvas.y + 2;
    canvas.artifact(() => {
      if (as === 'area') document.rect(left, y, 12, 7).fill(color);
      else {
        document
          .moveTo(left, y + 3.5)
          .lineTo(left + 12, y + 3.5)
          .lineWidth(1.2);
        if (as === 'dashed') document.dash(2.5, { space: 2.5 });
        document.stroke(color).undash();
      }
    });
    canvas.element('P', () => {
      canvas.put(text, left + 15, canvas.y, width + 4, style);
    });
    x += width + 28;
  }
  canvas.y += 18;
}

/** Draws with the top left corner at a place. */
function putDrawing(canvas: Canvas, { items }: Drawing, x: number, y: number): void {
  const { document } = canvas;
  document.save().translate(x, y);
  for (const item of items) {
    if (isLabel(item)) {
      const style = { size: item.size, color: item.fill };
      const width = canvas.widthOf(item.text, style);
      const start = item.anchor === 'start' ? 0 : item.anchor === 'middle' ? width / 2 : width;
      // The label's y is its baseline, the canvas's the top of the line.
      canvas.put(item.text, item.x - start, item.y - ascent * item.size, width + 2, style);
      continue;
    }
    if (item.path === '') continue;
    if (item.fill !== undefined) document.path(item.path).fill(item.fill);
    if (item.stroke !== undefined) {
      document.path(item.path).lineWidth(item.strokeWidth ?? 1);
      if (item.dash !== undefined) document.dash(item.dash, { space: item.dash });
      document.stroke(item.stroke).undash();
    }
  }
  document.restore();
}
