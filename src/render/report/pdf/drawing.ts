import { isLabel, type Drawing } from '../chart/drawing.js';
import type { Canvas } from './canvas.js';

/** Draws with the top left corner at a place. */
export function putDrawing(canvas: Canvas, { items }: Drawing, x: number, y: number): void {
  const { document } = canvas;
  document.save().translate(x, y);
  for (const item of items) {
    if (isLabel(item)) {
      const style = { size: item.size, color: item.fill };
      const width = canvas.widthOf(item.text, style);
      const start = item.anchor === 'start' ? 0 : item.anchor === 'middle' ? width / 2 : width;
      // The label's y is its baseline, pdfkit's the top of the line.
      canvas.put(item.text, item.x - start, item.y - 1.16 * item.size, width + 2, style);
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
