import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import type { ReportLanguage } from '../languages.js';

export type Weight = 'regular' | 'bold';
type Family = 'SC' | 'TC';
type Document = PDFKit.PDFDocument;

/** Traditional Chinese has shapes of its own for many characters. Both families hold Latin, and most of each other's. */
const families: Record<ReportLanguage, readonly [Family, Family]> = {
  en: ['SC', 'TC'],
  'zh-CN': ['SC', 'TC'],
  'zh-TW': ['TC', 'SC'],
};

export interface Fonts {
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
  const { _font } = document as unknown as {
    _font: { font: { hasGlyphForCodePoint: (point: number) => boolean } };
  };
  return _font.font.hasGlyphForCodePoint(character.codePointAt(0) ?? 0);
}
