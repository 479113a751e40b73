import PDFDocument from 'pdfkit';
import type { Pages, Sheet } from '../blocks.js';
import { drawBlock } from './blocks.js';
import { area, canvasOf, colors, page, type Canvas } from './canvas.js';
import { fontsOf } from './fonts.js';

/** A4 pages with the fonts that they use. The same report gives the same bytes: no clock has a part in it. */
export async function pagesPdf(pages: Pages): Promise<Buffer> {
  const date = new Date(pages.date);
  const document = new PDFDocument({
    size: 'A4',
    margins: { top: page.top, bottom: page.bottom, left: page.side, right: page.side },
    autoFirstPage: false,
    bufferPages: true,
    lang: pages.language,
    displayTitle: true,
    pdfVersion: '1.7',
    info: { Title: pages.title, Creator: 'pop-sla', CreationDate: date, ModDate: date },
  });
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
    canvas.newPage();
    document.outline.addItem(sheet.footer);
    sheet.blocks.forEach((block, index) => {
      drawBlock(canvas, block, sheet.blocks.slice(index + 1, index + 3));
    });
  }
  sheetOfPage.forEach((sheet, index) => {
    document.switchToPage(index);
    drawMargins(canvas, sheet, pages.page(index + 1, sheetOfPage.length));
  });
  document.end();
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
