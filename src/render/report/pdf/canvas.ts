import type { Tone } from '../blocks.js';
import type { Fonts, Weight } from './fonts.js';

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
}

/** Noto's own lines stand far apart. */
const lineGap = (size: number): number => -0.1 * size;
/** What a line of Noto takes, of its size. */
const lineHeight = 1.448;

/** Quotes and dots, which Chinese fonts draw as wide as a character of theirs. */
const wideMarks = /[‘’“”…]/;
const chinese = /[\u2e80-\u9fff\uff00-\uffef]/;

export function canvasOf(document: PDFKit.PDFDocument, fonts: Fonts): Canvas {
  const set = (text: string, { size, weight = 'regular', color = colors.plain }: TextStyle): void => {
    fonts.use(weight, text);
    document.fontSize(size).fillColor(color);
  };
  const options = (text: string, width: number, { size, align = 'left' }: TextStyle) => ({
    width,
    align,
    lineGap: lineGap(size),
    ...narrowMarks(text),
  });
  // Breaking lines is what takes time, and most texts stand on one: a width is measured once, for any size.
  const widths = new Map<string, number>();
  const widthOf = (text: string, { size, weight = 'regular' }: TextStyle): number => {
    const key = `${weight}${text}`;
    const known = widths.get(key);
    if (known !== undefined) return known * size;
    fonts.use(weight, text);
    document.fontSize(100);
    const lines = text.split('\n').map((line) => document.widthOfString(line, narrowMarks(line)));
    const width = Math.max(...lines) / 100;
    widths.set(key, width);
    return width * size;
  };
  const fits = (text: string, width: number, style: TextStyle): boolean =>
    !text.includes('\n') && widthOf(text, style) <= width;
  const canvas: Canvas = {
    document,
    y: page.top,
    room: () => area.bottom - canvas.y,
    newPage: () => {
      document.addPage();
      canvas.y = page.top;
    },
    widthOf: (text, style) => widthOf(printable(text), style),
    heightOf: (given, width, style) => {
      const text = printable(given);
      if (fits(text, width, style)) return lineHeight * style.size + lineGap(style.size);
      set(text, style);
      return document.heightOfString(text, options(text, width, style));
    },
    put: (given, x, y, width, style) => {
      const text = printable(given);
      const whole = fits(text, width, style);
      set(text, style);
      if (whole) {
        const start = style.align === 'right' ? x + width - widthOf(text, style) : x;
        set(text, style);
        document.text(text, start, y, { lineBreak: false, ...narrowMarks(text) });
      } else document.text(text, x, y, options(text, width, style));
    },
    flow: (given, x, width, style) => {
      const text = printable(given);
      set(text, style);
      document.text(text, x, canvas.y, options(text, width, style));
      canvas.y = document.y;
    },
  };
  return canvas;
}

const narrowMarks = (text: string): { readonly features?: PDFKit.Mixins.OpenTypeFeatures[] } =>
  wideMarks.test(text) && !chinese.test(text) ? { features: ['pwid'] } : {};

/** Control characters have no shape; a tab is a space. */
// eslint-disable-next-line no-control-regex -- they are what has to go
const printable = (text: string): string => text.replace(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]/g, ' ');
