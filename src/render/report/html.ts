import type { ReportLanguage } from '../../i18n/languages.js';
import type { Block, Fact, Pages, Sheet, Table } from './blocks.js';
import { escapeHtml, svgOf } from './chart/drawing.js';

/** Of the page, on the screen and on paper. */
const reportStyle = `
* { box-sizing: border-box }
body { margin: 0; background: #eef1f4; color: #1f2933; font: 14px/1.45 var(--font) }
article { position: relative; max-width: 60rem; margin: 1.5rem auto; padding: 2.5rem 3rem; background: #fff; box-shadow: 0 1px 4px #0003 }
header { border-bottom: 2px solid #1f5fa8; margin-bottom: 1rem; padding-bottom: .5rem }
h1 { margin: 0; font-size: 1.7rem; line-height: 1.2 }
header p { margin: .2rem 0 0; color: #52606d; font-size: 1.05rem }
h2 { margin: 1.8rem 0 .6rem; font-size: 1.15rem; color: #1f5fa8 }
h3 { margin: 1.1rem 0 .4rem; font-size: 1rem }
h2, h3, figcaption { break-after: avoid }
p { margin: .4rem 0 }
.badge { float: right; padding: .15rem .7rem; border: 1.5px solid; border-radius: .3rem; font-weight: 700 }
.good { color: #1a7f37 } .bad { color: #c0392b } .warn { color: #94690a } .faint { color: #616e7c }
p.faint { font-size: .86rem }
.notice { padding: .5rem .8rem; border-left: 4px solid; background: #fdf3f2; font-weight: 600 }
.notice.warn { background: #fdf8ec }
.stamp { position: absolute; top: .4rem; right: 3rem; margin: 0; color: #c0392b; font-weight: 700; letter-spacing: .1em }
.facts { display: grid; gap: .3rem 2rem; margin: .8rem 0 }
.facts.c2 { grid-template-columns: 1fr 1fr }
.facts div { display: grid; grid-template-columns: 8.5rem 1fr; gap: .6rem }
.facts.c1 div { grid-template-columns: 12rem 1fr }
dt { color: #616e7c } dd { margin: 0; overflow-wrap: anywhere }
.code { font: .84rem/1.5 ui-monospace, 'DejaVu Sans Mono', monospace }
.tiles { display: grid; grid-template-columns: repeat(4, 1fr); gap: .8rem; margin: 1.2rem 0 }
.tile { display: flex; flex-direction: column; padding: .7rem .8rem; border: 1px solid #d9dee3; border-radius: .4rem; break-inside: avoid }
.tile span, .tile small { color: #616e7c } .tile small { white-space: pre-line } .tile b { font-size: 1.3rem }
.wide { overflow-x: auto }
table { width: 100%; border-collapse: collapse; font-size: .88rem; font-variant-numeric: tabular-nums; margin: .3rem 0 .8rem }
th { text-align: left; color: #52606d; font-weight: 600; border-bottom: 1.2px solid #9aa5b1; vertical-align: bottom }
td { white-space: pre-line }
th, td { padding: .3rem .5rem .3rem 0 } td { border-top: 1px solid #e4e7eb; vertical-align: top }
th.r, td.r { text-align: right; padding: .3rem .5rem } td.r, td.n { white-space: pre } th { word-break: keep-all }
tr.note td { border-top: 0; padding-top: 0; color: #616e7c; font-size: .82rem }
tr.strong td { font-weight: 700 } tr { break-inside: avoid } thead { display: table-header-group }
.drawings { display: flex; flex-wrap: wrap; gap: .8rem 1rem }
figure { flex: 1 1 20rem; margin: 0; break-inside: avoid } figcaption { font-size: .86rem; color: #52606d; margin-bottom: .3rem }
svg { display: block; width: 100%; height: auto; font-family: var(--font) }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; font-size: .8rem; color: #52606d }
.legend i { display: inline-block; width: 14px; height: 9px; margin-right: .35rem } .legend i.line, .legend i.dashed { height: 0; vertical-align: middle }
pre { font: .76rem/1.5 ui-monospace, 'DejaVu Sans Mono', monospace; white-space: pre-wrap; overflow-wrap: anywhere; background: #f5f7fa; padding: .8rem }
footer { margin-top: 2rem; padding-top: .5rem; border-top: 1px solid #d9dee3; color: #616e7c; font-size: .8rem }
@media (max-width: 46rem) { article { padding: 1.2rem } .facts.c2, .tiles { grid-template-columns: 1fr 1fr } .facts.c2 { grid-template-columns: 1fr } }
@page { size: A4; margin: 16mm 16mm 18mm }
@media print {
  body { background: none; font-size: 10pt; print-color-adjust: exact; -webkit-print-color-adjust: exact }
  article { max-width: none; margin: 0; padding: 0; box-shadow: none; break-after: page }
  article:last-of-type { break-after: auto }
  .stamp { position: static; text-align: right } .wide { overflow: visible } table { font-size: 8pt } tr.note td { font-size: 7.5pt }
}
`;

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
