import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import type { ReportLanguage } from '../../../i18n/languages.js';

export type Weight = 'regular' | 'bold';

interface Typeface {
  /** Below `@expo-google-fonts/`. */
  readonly package: string;
  readonly file: string;
  /** Scripts and emoji are rarely bold in a report, and a Korean face takes 6 MB: those come in one weight. */
  readonly weights: readonly Weight[];
  /** The characters that it is asked for; null: any. It keeps a face from being read for what it cannot have. */
  readonly scripts: RegExp | null;
}

const both: readonly Weight[] = ['regular', 'bold'];
const simplified = { package: 'noto-sans-sc', file: 'NotoSansSC', weights: both, scripts: null };
const traditional = { package: 'noto-sans-tc', file: 'NotoSansTC', weights: both, scripts: null };

/**
 * In the order in which they are tried after the Chinese ones, which hold Western European Latin too. Noto Sans has
 * Greek, Cyrillic, Devanagari and all of Latin.
 */
const others: readonly Typeface[] = [
  { package: 'noto-sans', file: 'NotoSans', weights: both, scripts: null },
  {
    package: 'noto-sans-kr',
    file: 'NotoSansKR',
    weights: ['regular'],
    scripts: /\p{Script=Hangul}/u,
  },
  { package: 'noto-sans-thai', file: 'NotoSansThai', weights: both, scripts: /\p{Script=Thai}/u },
  { package: 'noto-sans-arabic', file: 'NotoSansArabic', weights: both, scripts: /\p{Script=Arabic}/u },
  { package: 'noto-sans-hebrew', file: 'NotoSansHebrew', weights: both, scripts: /\p{Script=Hebrew}/u },
  {
    package: 'noto-emoji',
    file: 'NotoEmoji',
    weights: ['regular'],
    scripts: /[\p{Extended_Pictographic}\p{Regional_Indicator}]/u,
  },
];

/** Traditional Chinese has shapes of its own for many characters. Both families hold Latin, and most of each other's. */
const typefaces: Record<ReportLanguage, readonly Typeface[]> = {
  en: [simplified, traditional, ...others],
  'zh-CN': [simplified, traditional, ...others],
  'zh-TW': [traditional, simplified, ...others],
};

interface FaceFile {
  readonly package: string;
  /** The folder in the package. */
  readonly style: string;
  readonly file: string;
}

/** Every file that may be needed: the build puts them, compressed, beside this one. */
export function faceFiles(): FaceFile[] {
  return typefaces.en.flatMap((face) =>
    face.weights.map((weight) => ({
      package: face.package,
      style: styleOf(weight),
      file: fileOf(face, weight),
    })),
  );
}

const styleOf = (weight: Weight): string => (weight === 'bold' ? '700Bold' : '400Regular');
const fileOf = ({ file }: Typeface, weight: Weight): string => `${file}_${styleOf(weight)}.ttf`;

/** Faces that were read in this thread, by file: the Chinese and Korean ones take 6 to 11 MB each. */
const read = new Map<string, Buffer>();

/** A built program has its faces beside this file; a run from the source takes them from their packages. */
function readFace(typeface: Typeface, weight: Weight): Buffer {
  const file = fileOf(typeface, weight);
  const cached = read.get(file);
  if (cached !== undefined) return cached;
  const built = join(import.meta.dirname, 'fonts', `${file}.br`);
  const face = existsSync(built)
    ? brotliDecompressSync(readFileSync(built))
    : readFileSync(
        createRequire(import.meta.url).resolve(
          `@expo-google-fonts/${typeface.package}/${styleOf(weight)}/${file}`,
        ),
      );
  read.set(file, face);
  return face;
}

/** Chooses faces for texts; a face is read when a text first needs it, and what of it is used goes into the file. */
export interface Fonts {
  /** The name of the first face that has all of the characters, for `document.font`; null: none has. */
  readonly faceFor: (text: string, weight: Weight) => string | null;
  /** The face of the language, for what no face has. */
  readonly fallback: (weight: Weight) => string;
}

/** Characters without a shape of their own: joiners, variation selectors, directional marks. */
const shapeless = /[\p{Default_Ignorable_Code_Point}\n]/u;

export function fontsOf(document: PDFKit.PDFDocument, language: ReportLanguage): Fonts {
  const registered = new Set<string>();
  const select = (typeface: Typeface, wanted: Weight): string => {
    const weight = typeface.weights.includes(wanted) ? wanted : 'regular';
    const name = `${typeface.file}-${weight}`;
    if (!registered.has(name)) {
      document.registerFont(name, readFace(typeface, weight));
      registered.add(name);
    }
    return name;
  };
  const known = new Map<string, Map<string, boolean>>();
  const has = (name: string, character: string): boolean => {
    const characters = known.get(name) ?? new Map<string, boolean>();
    known.set(name, characters);
    const cached = characters.get(character);
    if (cached !== undefined) return cached;
    document.font(name);
    const answer = shapeless.test(character) || hasGlyph(document, character);
    characters.set(character, answer);
    return answer;
  };
  return {
    faceFor: (text, weight) => {
      const characters = [...new Set(text)];
      for (const typeface of typefaces[language]) {
        if (typeface.scripts !== null && !typeface.scripts.test(text)) continue;
        const name = select(typeface, weight);
        if (characters.every((character) => has(name, character))) return name;
      }
      return null;
    },
    fallback: (weight) => select(typefaces[language][0] ?? simplified, weight),
  };
}

/** Of the font in use. pdfkit keeps it to itself. */
function hasGlyph(document: PDFKit.PDFDocument, character: string): boolean {
  const { _font } = document as PDFKit.PDFDocument & {
    readonly _font: { readonly font: { readonly hasGlyphForCodePoint: (point: number) => boolean } };
  };
  return _font.font.hasGlyphForCodePoint(character.codePointAt(0) ?? 0);
}
