import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
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

/** The build puts the faces beside this file; a run from the source takes them from where npm put them. */
const resolve = (family: Family, weight: Weight): string => {
  const style = weight === 'bold' ? '700Bold' : '400Regular';
  const name = `NotoSans${family}_${style}.ttf`;
  const built = join(import.meta.dirname, 'fonts', name);
  if (existsSync(built)) return built;
  return createRequire(import.meta.url).resolve(
    `@expo-google-fonts/noto-sans-${family.toLowerCase()}/${style}/${name}`,
  );
};

/** Fonts are read when a text first needs them, and what of them is used goes into the file. */
export function fontsOf(document: Document, language: ReportLanguage): Fonts {
  const [first, second] = families[language];
  for (const family of [first, second]) {
    for (const weight of ['regular', 'bold'] as const) {
      document.registerFont(`${family}-${weight}`, resolve(family, weight));
    }
  }
  const known = new Map<string, boolean>();
  const has = (family: Family, weight: Weight, character: string): boolean => {
    const key = `${family}${weight}${character}`;
    const cached = known.get(key);
    if (cached !== undefined) return cached;
    document.font(`${family}-${weight}`);
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
      document.font(`${other ? second : first}-${weight}`);
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
