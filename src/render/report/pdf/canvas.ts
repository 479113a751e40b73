import { zlibSync } from 'fflate';
import type { Tone } from '../blocks.js';
import type { Fonts, Weight } from './fonts.js';
import { type Line, textLayout } from './text.js';

/** A4, in points. */
export const page = { width: 595.28, height: 841.89, top: 46, bottom: 50, side: 48 } as const;
export const area = {
  x: page.side,
  width: page.width - 2 * page.side,
  bottom: page.height - page.bottom,
} as const;

export const colors: Record<Tone | 'accent' | 'rule' | 'shade', string> = {
  plain: '#1f2933',
  good: '#1a7f37',
  bad: '#c0392b',
  warn: '#94690a',
  faint: '#616e7c',
  accent: '#1f5fa8',
  rule: '#d9dee3',
  shade: '#f5f7fa',
};

export interface TextStyle {
  readonly size: number;
  readonly weight?: Weight;
  readonly color?: string;
  readonly align?: 'left' | 'right';
}

/** The sheet of paper being written: its position goes down, and over to the next page. */
export interface Canvas {
  readonly document: PDFKit.PDFDocument;
  /** Where the next block starts. */
  y: number;
  /** Room left on this page. */
  readonly room: () => number;
  readonly newPage: () => void;
  readonly widthOf: (text: string, style: TextStyle) => number;
  readonly heightOf: (text: string, width: number, style: TextStyle) => number;
  /** Writes at a place without moving the position. */
  readonly put: (text: string, x: number, y: number, width: number, style: TextStyle) => void;
  /** Writes at the position and over as many pages as it takes. */
  readonly flow: (text: string, x: number, width: number, style: TextStyle) => void;
  /** The characters, as `U+1E900`, that no face has: they stand as `[U+1E900]` in the text. */
  readonly unsettable: ReadonlySet<string>;
  /**
   * What `draw` writes is one element of the document's structure, by which readers for the blind read it (PDF/UA,
   * ISO 14289-1); it may not hold further elements.
   */
  readonly element: (type: ElementType, draw: () => void, options?: ElementOptions) => void;
  /** An element that consists of those that `draw` makes. */
  readonly group: (type: GroupType, draw: () => void) => void;
  /** Rules, frames and repeated heads: seen and not read. Not inside of an element. */
  readonly artifact: (draw: () => void, type?: 'Layout' | 'Pagination') => void;
}

type ElementType = 'H1' | 'H2' | 'H3' | 'P' | 'Lbl' | 'LBody' | 'TH' | 'TD' | 'Figure' | 'Caption';
type GroupType = 'Sect' | 'L' | 'LI' | 'Table' | 'TR';

interface ElementOptions {
  /** What a picture says. */
  readonly alt?: string;
  /** What the head of a table is the head of. */
  readonly scope?: 'Column';
}

/** From one line of Noto Sans SC to the next, and from a line's top to its baseline, in units of the font size. */
const leading = 1.348;
export const ascent = 1.16;

export function canvasOf(document: PDFKit.PDFDocument, fonts: Fonts): Canvas {
  packAlike(document);
  const layout = textLayout(document, fonts);
  // A table asks for the width of each cell at every size that it tries: it is measured once, for any size.
  const widths = new Map<string, number>();
  const widthOf = (given: string, { size, weight = 'regular' }: TextStyle): number => {
    const key = `${weight} ${given}`;
    const ems = widths.get(key) ?? layout.widthOf(printable(given), weight);
    widths.set(key, ems);
    return ems * size;
  };
  // A cell is asked for its height and then written: it is broken into lines once.
  const broken = new Map<string, readonly Line[]>();
  const linesOf = (
    given: string,
    width: number,
    { size, weight = 'regular' }: TextStyle,
  ): readonly Line[] => {
    // What was measured to fit fits, whatever the last digit of a sum says.
    const ems = width / size + 1e-6;
    const key = `${weight} ${ems} ${given}`;
    const lines = broken.get(key) ?? layout.linesOf(printable(given), weight, ems);
    broken.set(key, lines);
    return lines;
  };
  /** The lines of the element being drawn whose letters do not stand in the order in which they are read. */
  let spoken: string[] = [];
  const draw = (line: Line, x: number, y: number, { size, color = colors.plain }: TextStyle): void => {
    let at = x;
    if (line.spoken !== null) spoken.push(line.spoken);
    for (const { face, text, features } of line.runs) {
      document.font(face).fontSize(size).fillColor(color);
      document.text(text, at, y + ascent * size, { lineBreak: false, baseline: 'alphabetic', features });
      if (line.runs.length > 1) at += document.widthOfString(text, { features });
    }
  };
  const root = document.struct('Document');
  document.addStructure(root);
  let parent = root;
  const canvas: Canvas = {
    document,
    element: (type, draw, options = {}) => {
      const element = document.struct(type, options);
      parent.add(element);
      element.add(() => {
        spoken = [];
        draw();
        if (spoken.length > 0) dictionaryOf(element)['ActualText'] = new String(spoken.join(' '));
      });
      element.end();
    },
    group: (type, draw) => {
      const outer = parent;
      const group = document.struct(type);
      outer.add(group);
      parent = group;
      draw();
      group.end();
      parent = outer;
    },
    artifact: (draw, type = 'Layout') => {
      document.markContent('Artifact', { type });
      draw();
      document.endMarkedContent();
    },
    unsettable: layout.unsettable,
    y: page.top,
    room: () => area.bottom - canvas.y,
    newPage: () => {
      document.continueOnNewPage();
      canvas.y = page.top;
    },
    widthOf,
    heightOf: (text, width, style) => linesOf(text, width, style).length * leading * style.size,
    put: (text, x, y, width, style) => {
      for (const [index, line] of linesOf(text, width, style).entries()) {
        const start = style.align === 'right' ? x + width - line.width * style.size : x;
        draw(line, start, y + index * leading * style.size, style);
      }
    },
    flow: (text, x, width, style) => {
      const height = leading * style.size;
      for (const line of linesOf(text, width, style)) {
        if (canvas.room() < height) canvas.newPage();
        draw(line, x, canvas.y, style);
        canvas.y += height;
      }
    },
  };
  return canvas;
}

/** Of the object that becomes the element in the file. pdfkit's types leave it out. */
function dictionaryOf(
  element: PDFKit.PDFStructureElement & { readonly dictionary?: PDFKit.PDFKitReference },
): Record<string, unknown> {
  return element.dictionary?.data as Record<string, unknown>;
}

/** Control characters have no shape; a tab is a space. */
const printable = (text: string): string =>
  // eslint-disable-next-line no-control-regex -- they are what has to go
  text.normalize('NFC').replace(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]/g, ' ');

/** A stream of a PDF on its way into the file. pdfkit's types leave out what it holds. */
type Stream = PDFKit.PDFKitReference & { buffer?: Uint8Array[] };

/**
 * Compresses the streams of a document in JavaScript. The zlib of Node.js gives other bytes from one version and one
 * processor to the next, and a document that was handed out has to come out again as the same bytes.
 */
function packAlike(document: PDFKit.PDFDocument): void {
  const make = document.ref.bind(document);
  document.ref = (data) => {
    const stream: Stream = make(data);
    const finish = stream.finalize.bind(stream);
    stream.finalize = () => {
      if (stream.compress && stream.buffer !== undefined && stream.buffer.length > 0) {
        stream.buffer = [zlibSync(Buffer.concat(stream.buffer))];
        // It has the mark of a compressed one by now.
        stream.compress = false;
      }
      finish();
    };
    return stream;
  };
}
