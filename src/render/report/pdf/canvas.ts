import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import type { ReportLanguage } from '../../../i18n/languages.js';
import type { Tone } from '../blocks.js';

type Weight = 'regular' | 'bold';
type Family = 'SC' | 'TC';
type Document = PDFKit.PDFDocument;

/** Traditional Chinese has shapes of its own for many characters. Both families hold Latin, and most of each other's. */
const families: Record<ReportLanguage, readonly [Family, Family]> = {
  en: ['SC', 'TC'],
  'zh-CN': ['SC', 'TC'],
  'zh-TW': ['TC', 'SC'],
};

interface Fonts {
  /** Makes the document write in a font that has all of the text's characters, if one of them has. */
  readonly use: (weight: Weight, text: string) => void;
}

/** Faces that were read in this thread, by name: each takes 7 to 11 MB. */
const read = new Map<string, Buffer>();

/** The build puts the faces, compressed, beside this file; a run from the source takes them from their packages. */
function faceOf(family: Family, weight: Weight): Buffer {
  const style = weight === 'bold' ? '700Bold' : '400Regular';
  const name = `NotoSans${family}_${style}.ttf`;
  const cached = read.get(name);
  if (cached !== undefined) return cached;
  const built = join(import.meta.dirname, 'fonts', `${name}.br`);
  const face = existsSync(built)
    ? brotliDecompressSync(readFileSync(built))
    : readFileSync(
        createRequire(import.meta.url).resolve(
          `@expo-google-fonts/noto-sans-${family.toLowerCase()}/${style}/${name}`,
        ),
      );
  read.set(name, face);
  return face;
}

/** A face is read when a text first needs it, and what of it is used goes into the file. */
export function fontsOf(document: Document, language: ReportLanguage): Fonts {
  const [first, second] = families[language];
  const registered = new Set<string>();
  const choose = (family: Family, weight: Weight): void => {
    const name = `${family}-${weight}`;
    if (!registered.has(name)) {
      document.registerFont(name, faceOf(family, weight));
      registered.add(name);
    }
    document.font(name);
  };
  const known = new Map<string, boolean>();
  const has = (family: Family, weight: Weight, character: string): boolean => {
    const key = `${family}${weight}${character}`;
    const cached = known.get(key);
    if (cached !== undefined) return cached;
    choose(family, weight);
    const answer = hasGlyph(document, character);
    known.set(key, answer);
    return answer;
  };
  return {
    use: (weight, text) => {
      const lacking = Array.from(text).filter(
        (character) => character >= '\u0250' && !has(first, weight, character),
      );
      const other = lacking.length > 0 && lacking.every((character) => has(second, weight, character));
      choose(other ? second : first, weight);
    },
  };
}

/** Of the font in use. pdfkit keeps it to itself. */
function hasGlyph(document: Document, character: string): boolean {
  const { _font } = document as Document & {
    _font: { font: { hasGlyphForCodePoint: (point: number) => boolean } };
  };
  return _font.font.hasGlyphForCodePoint(character.codePointAt(0) ?? 0);
}

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
