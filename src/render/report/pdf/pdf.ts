import PDFDocument from 'pdfkit';
import type { Block, Fact, LegendEntry, Pages, Picture, Sheet, Tile } from '../blocks.js';
import { type Canvas, type TextStyle, area, ascent, canvasOf, colors, page } from './canvas.js';
import { fontsOf } from './fonts.js';
import { drawTable, tableStart } from './table.js';
import { type Drawing, isLabel } from '../chart/drawing.js';

type Of<K extends Block['kind']> = Extract<Block, { readonly kind: K }>;

/** Writes one block. `next` is what follows: a heading never stands alone at the foot of a page. */
function drawBlock(canvas: Canvas, block: Block, next: readonly Block[]): void {
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
  canvas.element(block.level === 2 ? 'H2' : 'H3', () => {
    canvas.flow(block.text, area.x, area.width, style);
  });
  canvas.y += 3;
}

function drawNotice(canvas: Canvas, { text, tone }: Of<'notice'>): void {
  const style: TextStyle = { size: 9, weight: 'bold', color: colors[tone] };
  const height = canvas.heightOf(text, area.width - 22, style) + 8;
  if (canvas.room() < height) canvas.newPage();
  const { document, y } = canvas;
  canvas.artifact(() => {
    document.rect(area.x, y, area.width, height).fill(tone === 'bad' ? '#fdf3f2' : '#fdf8ec');
    document.rect(area.x, y, 3.5, height).fill(colors[tone]);
  });
  canvas.element('P', () => {
    canvas.put(text, area.x + 12, y + 4, area.width - 22, style);
  });
  canvas.y += height + 6;
}

function drawText(canvas: Canvas, { text, tone }: Of<'text'>): void {
  const style: TextStyle = { size: tone === 'faint' ? 8 : 9, color: colors[tone] };
  const height = canvas.heightOf(text, area.width, style);
  // A short one stays whole; a long one may break.
  if (height < 80 && canvas.room() < height) canvas.newPage();
  canvas.element('P', () => {
    canvas.flow(text, area.x, area.width, style);
  });
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
    canvas.element('P', () => {
      canvas.flow(text, area.x + indent, width, style);
    });
  }
  canvas.y += 6;
}

function drawTitle(canvas: Canvas, { text, subtitle, badge }: Of<'title'>): void {
  const { document } = canvas;
  const badgeStyle = { size: 10, weight: 'bold', color: colors[badge.tone] } as const;
  const badgeWidth = canvas.widthOf(badge.text, badgeStyle) + 16;
  const badgeX = area.x + area.width - badgeWidth;
  const top = canvas.y;
  canvas.artifact(() => {
    document
      .roundedRect(badgeX, top + 3, badgeWidth, 20, 3)
      .lineWidth(1.2)
      .stroke(colors[badge.tone]);
  });
  canvas.element('H1', () => {
    canvas.flow(text, area.x, area.width - badgeWidth - 12, { size: 20, weight: 'bold' });
  });
  canvas.element('P', () => {
    canvas.put(badge.text, badgeX + 8, top + 6, badgeWidth, badgeStyle);
  });
  canvas.element('P', () => {
    canvas.flow(subtitle, area.x, area.width, { size: 11, color: colors.faint });
  });
  canvas.y += 4;
  canvas.artifact(() => {
    document
      .moveTo(area.x, canvas.y)
      .lineTo(area.x + area.width, canvas.y)
      .lineWidth(1.6)
      .stroke(colors.accent);
  });
  canvas.y += 9;
}

function drawFacts(canvas: Canvas, { facts, columns }: Of<'facts'>): void {
  const gap = 18;
  const width = (area.width - gap * (columns - 1)) / columns;
  const labelWidth = columns === 1 ? 150 : 74;
  const label: TextStyle = { size: 8.5, color: colors.faint };
  const value = ({ code }: Fact): TextStyle => ({ size: code === true ? 7.5 : 8.5 });
  const drawRow = (row: readonly Fact[]): void => {
    const heights = row.flatMap((fact) => [
      canvas.heightOf(fact.label, labelWidth - 6, label),
      canvas.heightOf(fact.value, width - labelWidth, value(fact)),
    ]);
    const height = Math.max(...heights) + 2.5;
    if (canvas.room() < height) canvas.newPage();
    for (const [index, fact] of row.entries()) {
      const x = area.x + index * (width + gap);
      canvas.group('LI', () => {
        canvas.element('Lbl', () => {
          canvas.put(fact.label, x, canvas.y, labelWidth - 6, label);
        });
        canvas.element('LBody', () => {
          canvas.put(fact.value, x + labelWidth, canvas.y, width - labelWidth, value(fact));
        });
      });
    }
    canvas.y += height;
  };
  canvas.group('L', () => {
    for (let at = 0; at < facts.length; at += columns) drawRow(facts.slice(at, at + columns));
  });
  canvas.y += 6;
}

function drawTiles(canvas: Canvas, tiles: readonly Tile[]): void {
  const gap = 8;
  const width = (area.width - gap * (tiles.length - 1)) / tiles.length;
  const noteStyle = { size: 7.5, color: colors.faint } as const;
  // All as high as the one that has the most to say.
  const notes = tiles.map(({ note }) => (note === '' ? 0 : canvas.heightOf(note, width - 10, noteStyle)));
  const height = Math.max(54, 43 + Math.max(...notes));
  if (canvas.room() < height) canvas.newPage();
  const drawTile = (tile: Tile, index: number): void => {
    const x = area.x + index * (width + gap);
    const inner = width - 14;
    canvas.artifact(() => {
      canvas.document.roundedRect(x, canvas.y, width, height, 4).lineWidth(0.8).stroke(colors.rule);
    });
    const style = { size: 14, weight: 'bold', color: colors[tile.tone] } as const;
    const wide = canvas.widthOf(tile.value, style);
    const size = wide > inner ? Math.max(8, (14 * inner) / wide - 0.2) : 14;
    canvas.group('LI', () => {
      canvas.element('Lbl', () => {
        canvas.put(tile.label, x + 7, canvas.y + 5, inner, { size: 8, color: colors.faint });
      });
      canvas.element('LBody', () => {
        canvas.put(tile.value, x + 7, canvas.y + 17 + (14 - size) / 2, inner + 2, { ...style, size });
        canvas.put(tile.note, x + 7, canvas.y + 38, inner + 4, noteStyle);
      });
    });
  };
  canvas.group('L', () => {
    tiles.forEach(drawTile);
  });
  canvas.y += height + 6;
}

/** A4 pages with the fonts that they use. The same report gives the same bytes: no clock has a part in it. */
export async function pagesPdf(
  pages: Pages,
  onUnsettable: (codes: readonly string[]) => void = () => undefined,
): Promise<Buffer> {
  const date = new Date(pages.date);
  const options: PDFKit.PDFDocumentOptions = {
    size: 'A4',
    margins: { top: page.top, bottom: page.bottom, left: page.side, right: page.side },
    autoFirstPage: false,
    bufferPages: true,
    lang: pages.language,
    displayTitle: true,
    tagged: true,
    pdfVersion: '1.7',
    info: { Title: pages.title, Creator: 'pop-sla', CreationDate: date, ModDate: date },
  };
  // The types of pdfkit do not know this subset yet, which it writes.
  const document = new PDFDocument(Object.assign(options, { subset: 'PDF/UA' }));
  const done = collect(document);
  const canvas = canvasOf(document, fontsOf(document, pages.language));
  const sheetOfPage: Sheet[] = [];
  document.on('pageAdded', () => {
    const sheet = sheetOfPage.at(-1);
    if (current) sheetOfPage.push(current);
    else if (sheet) sheetOfPage.push(sheet);
  });
  let current: Sheet | null = null;
  for (const sheet of pages.sheets) {
    current = sheet;
    if (sheetOfPage.length === 0) {
      document.addPage();
      canvas.y = page.top;
    } else canvas.newPage();
    document.outline.addItem(sheet.footer);
    canvas.group('Sect', () => {
      sheet.blocks.forEach((block, index) => {
        drawBlock(canvas, block, sheet.blocks.slice(index + 1, index + 3));
      });
    });
  }
  sheetOfPage.forEach((sheet, index) => {
    document.switchToPage(index);
    canvas.artifact(() => {
      drawMargins(canvas, sheet, pages.page(index + 1, sheetOfPage.length));
    }, 'Pagination');
  });
  document.end();
  if (canvas.unsettable.size > 0) onUnsettable([...canvas.unsettable]);
  return done;
}

/** What every page bears: whose it is, its number, and that it is a draft. */
function drawMargins(canvas: Canvas, { footer, stamp }: Sheet, number: string): void {
  const { document } = canvas;
  // Below the margin pdfkit would begin another page.
  document.page.margins.bottom = 0;
  const y = page.height - 34;
  document
    .moveTo(area.x, y - 5)
    .lineTo(area.x + area.width, y - 5)
    .lineWidth(0.4)
    .stroke(colors.rule);
  const style = { size: 7, color: colors.faint } as const;
  canvas.put(footer, area.x, y, area.width - 90, style);
  canvas.put(number, area.x + area.width - 88, y, 88, { ...style, align: 'right' });
  if (stamp === null) return;
  canvas.put(stamp, area.x, 22, area.width, { size: 9, weight: 'bold', color: colors.bad, align: 'right' });
  const size = 110;
  const width = canvas.widthOf(stamp, { size, weight: 'bold' });
  document.save().rotate(-50, { origin: [page.width / 2, page.height / 2] });
  document.fillOpacity(0.05);
  canvas.put(stamp, (page.width - width) / 2, page.height / 2 - 80, width + 10, {
    size,
    weight: 'bold',
    color: colors.bad,
  });
  document.restore();
}

async function collect(document: PDFKit.PDFDocument): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of document) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Drawings side by side as far as they fit, and what their colours say. */
function drawDrawings(
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
