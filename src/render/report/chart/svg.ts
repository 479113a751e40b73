import { escapeHtml } from '../html/escape.js';
import { isLabel, type Drawing } from './drawing.js';

/** A drawing as an SVG element to stand in a page of HTML. */
export function svgOf({ width, height, items, title }: Drawing): string {
  const body = items.map((item) => {
    if (isLabel(item)) {
      const anchor = item.anchor === 'start' ? '' : ` text-anchor="${item.anchor}"`;
      return `<text x="${round(item.x)}" y="${round(item.y)}" font-size="${item.size}" fill="${item.fill}"${anchor}>${escapeHtml(item.text)}</text>`;
    }
    const stroke =
      item.stroke === undefined
        ? ''
        : ` stroke="${item.stroke}" stroke-width="${item.strokeWidth ?? 1}"${item.dash === undefined ? '' : ` stroke-dasharray="${item.dash}"`}`;
    return `<path d="${item.path}" fill="${item.fill ?? 'none'}"${stroke}/>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${round(width)} ${round(height)}" role="img" aria-label="${escapeHtml(title)}">${body.join('')}</svg>`;
}

const round = (value: number): number => Math.round(value * 100) / 100;
