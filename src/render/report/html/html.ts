import type { Block, Fact, Pages, Sheet, Table } from '../blocks.js';
import { svgOf } from '../chart/svg.js';
import type { ReportLanguage } from '../languages.js';
import { escapeHtml } from './escape.js';
import { reportStyle } from './style.js';

const families: Record<ReportLanguage, string> = {
  en: "'Noto Sans SC', 'Noto Sans CJK SC', 'Noto Sans', system-ui, sans-serif",
  'zh-CN': "'Noto Sans SC', 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif",
  'zh-TW': "'Noto Sans TC', 'Noto Sans CJK TC', 'PingFang TC', 'Microsoft JhengHei', sans-serif",
};

/** One page that needs nothing else, runs nothing and prints well. */
export function pagesHtml(pages: Pages): string {
  const style = `:root { --font: ${families[pages.language]} }\n${reportStyle}`;
  return [
    '<!doctype html>',
    `<html lang="${pages.language}">`,
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escapeHtml(pages.title)}</title>`,
    `<style>\n${style}</style>`,
    '</head>',
    '<body>',
    ...pages.sheets.map(sheetHtml),
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

function sheetHtml({ footer, stamp, blocks }: Sheet): string {
  const mark = stamp === null ? '' : `<p class="stamp">${escapeHtml(stamp)}</p>\n`;
  return `<article>\n${mark}${blocks.map(blockHtml).join('\n')}\n<footer>${escapeHtml(footer)}</footer>\n</article>`;
}

function blockHtml(block: Block): string {
  switch (block.kind) {
    case 'title':
      return `<header><span class="badge ${block.badge.tone}">${escapeHtml(block.badge.text)}</span><h1>${escapeHtml(block.text)}</h1><p>${escapeHtml(block.subtitle)}</p></header>`;
    case 'heading':
      return `<h${block.level}>${escapeHtml(block.text)}</h${block.level}>`;
    case 'facts':
      return `<dl class="facts c${block.columns}">${block.facts.map(factHtml).join('')}</dl>`;
    case 'tiles':
      return `<div class="tiles">${block.tiles
        .map(
          (tile) =>
            `<div class="tile"><span>${escapeHtml(tile.label)}</span><b class="${tile.tone}">${escapeHtml(tile.value)}</b><small>${escapeHtml(tile.note)}</small></div>`,
        )
        .join('')}</div>`;
    case 'notice':
      return `<p class="notice ${block.tone}">${escapeHtml(block.text)}</p>`;
    case 'text':
      return `<p class="${block.tone}">${escapeHtml(block.text)}</p>`;
    case 'table':
      return tableHtml(block.table);
    case 'drawings':
      return drawingsHtml(block);
    case 'lines':
      return `<pre>${escapeHtml(block.lines.join('\n'))}</pre>`;
  }
}

const factHtml = ({ label, value, code }: Fact): string =>
  `<div><dt>${escapeHtml(label)}</dt><dd${code === true ? ' class="code"' : ''}>${escapeHtml(value)}</dd></div>`;

function tableHtml({ columns, rows }: Table): string {
  const of = (index: number, text: string): string => {
    const classes = [...(columns[index]?.align === 'right' ? ['r'] : []), ...(isWhole(text) ? ['n'] : [])];
    return classes.length === 0 ? '' : ` class="${classes.join(' ')}"`;
  };
  const head = columns
    .map(({ head: text }, index) => `<th${of(index, '')}>${escapeHtml(text)}</th>`)
    .join('');
  const body = rows.map(({ cells, strong, notes }) => {
    const row = cells
      .map((cell, index) =>
        typeof cell === 'string'
          ? `<td${of(index, cell)}>${escapeHtml(cell)}</td>`
          : `<td${of(index, cell.text)}><span class="${cell.tone}">${escapeHtml(cell.text)}</span></td>`,
      )
      .join('');
    const under = (notes ?? [])
      .map((note) => `<tr class="note"><td colspan="${columns.length}">${escapeHtml(note)}</td></tr>`)
      .join('');
    return `<tr${strong === true ? ' class="strong"' : ''}>${row}</tr>${under}`;
  });
  return `<div class="wide"><table><thead><tr>${head}</tr></thead><tbody>\n${body.join('\n')}\n</tbody></table></div>`;
}

/** Not worth a second line, or meant to have none. */
const isWhole = (text: string): boolean =>
  text !== '' && (text.length <= 8 || (text.includes('\u00a0') && !text.includes(' ')));

function drawingsHtml({ drawings, legend }: Extract<Block, { kind: 'drawings' }>): string {
  const pictures = drawings.map(
    ({ caption, drawing }) =>
      `<figure style="max-width:${Math.round(drawing.width * 1.8)}px"><figcaption>${escapeHtml(caption)}</figcaption>${svgOf(drawing)}</figure>`,
  );
  const key = legend.map(({ text, color, as }) => {
    const border =
      as === 'area' ? `background:${color}` : `border-top:2px ${as === 'line' ? 'solid' : 'dashed'} ${color}`;
    return `<span><i class="${as}" style="${border}"></i>${escapeHtml(text)}</span>`;
  });
  return `<div class="drawings">${pictures.join('')}</div><p class="legend">${key.join('')}</p>`;
}
