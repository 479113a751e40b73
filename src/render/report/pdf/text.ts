import { createRequire } from 'node:module';
import type bidiModule from 'bidi-js';
import LineBreaker from 'linebreak';
import type { Fonts, Weight } from './fonts.js';

/** A stretch of a line that one face sets in one direction. */
export interface Run {
  readonly face: string;
  readonly text: string;
  /** For pdfkit; undefined: its own. */
  readonly features: PDFKit.Mixins.OpenTypeFeatures[] | undefined;
}

/** A line as it is drawn: its runs from left to right. */
export interface Line {
  readonly runs: readonly Run[];
  /** In units of the font size. */
  readonly width: number;
  /** The text in the order of reading, where that is not the order of drawing: for programs that read it aloud. */
  readonly spoken: string | null;
}

/** Breaks texts into lines and chooses their faces. Widths are in units of the font size, so that they fit any. */
export interface TextLayout {
  /** What the longest line of the text takes when only its own line feeds break it. */
  readonly widthOf: (text: string, weight: Weight) => number;
  readonly linesOf: (text: string, weight: Weight, width: number) => readonly Line[];
  /** The characters, as `U+1E900`, that no face has: they stand as `[U+1E900]` in the text. */
  readonly unsettable: ReadonlySet<string>;
}

/** What has no place to break inside it, with the spaces that follow it. */
interface Segment {
  readonly pieces: readonly Piece[];
  readonly width: number;
  /** Without the spaces at its end, which may hang over the line's. */
  readonly inked: number;
}

interface Piece {
  readonly face: string;
  readonly text: string;
}

/** Quotes and dots, which Chinese fonts draw as wide as a character of theirs. */
const wideMarks = /[‘’“”…]/;
const chinese = /[\u2e80-\u9fff\uff00-\uffef]/;
const rightToLeft = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}]/u;
const clusters = new Intl.Segmenter('en', { granularity: 'grapheme' });

// Its types describe its ES module, of which its package does not tell Node.js: what is loaded is the CommonJS one.
const bidi = (createRequire(import.meta.url)('bidi-js') as typeof bidiModule.default)();

/** Longer words are measured and chosen for in pieces, so that the time grows with their length and no faster. */
const pieceLength = 48;
/** Shaping a run takes time that grows faster than its length: no line of letters is longer than this. */
const runLength = 400;

export function textLayout(document: PDFKit.PDFDocument, fonts: Fonts): TextLayout {
  const unsettable = new Set<string>();
  const measured = new Map<string, Segment>();

  const measure = ({ face, text }: Piece): number => {
    document.font(face).fontSize(1000);
    return document.widthOfString(text, { features: featuresOf(text) }) / 1000;
  };

  const piecesOf = (text: string, weight: Weight): Piece[] => {
    const face = fonts.faceFor(text, weight);
    if (face !== null) return [{ face, text }];
    const pieces: Piece[] = [];
    for (const { segment: cluster } of clusters.segment(text)) {
      const own = fonts.faceFor(cluster, weight);
      pieces.push(
        own === null
          ? { face: fonts.fallback(weight), text: named(cluster, unsettable) }
          : { face: own, text: cluster },
      );
    }
    return joined(pieces);
  };

  const segmentOf = (text: string, weight: Weight): Segment => {
    const key = `${weight} ${text}`;
    const cached = measured.get(key);
    if (cached !== undefined) return cached;
    const pieces = chunksOf(text).flatMap((chunk) => piecesOf(chunk, weight));
    const width = pieces.reduce((total, piece) => total + measure(piece), 0);
    const spaces = text.length - text.trimEnd().length;
    const last = pieces.at(-1);
    const hanging = spaces === 0 || last === undefined ? 0 : spaces * measure({ face: last.face, text: ' ' });
    const segment = { pieces, width, inked: width - hanging };
    measured.set(key, segment);
    return segment;
  };

  const paragraphsOf = (text: string, weight: Weight): Segment[][] =>
    text.split('\n').map((paragraph) => segmentsOf(paragraph).map((part) => segmentOf(part, weight)));

  return {
    unsettable,
    widthOf: (text, weight) => Math.max(...paragraphsOf(text, weight).map(widthOfLine)),
    linesOf: (text, weight, width) =>
      paragraphsOf(text, weight)
        .flatMap((segments) => brokenAt(width, segments, (cluster) => segmentOf(cluster, weight)))
        .map((segments) => {
          const text = textOf(segments);
          return {
            runs: runsOf(segments),
            width: widthOfLine(segments),
            spoken: rightToLeft.test(text) ? text : null,
          };
        }),
  };
}

const textOf = (segments: readonly Segment[]): string =>
  segments.flatMap(({ pieces }) => pieces.map(({ text }) => text)).join('');

const widthOfLine = (segments: readonly Segment[]): number =>
  segments.reduce(
    (total, { width, inked }, index) => total + (index === segments.length - 1 ? inked : width),
    0,
  );

/** Cuts a paragraph where a line may end (Unicode Standard Annex 14). */
function segmentsOf(paragraph: string): string[] {
  const breaker = new LineBreaker(paragraph);
  const segments: string[] = [];
  let start = 0;
  for (let next = breaker.nextBreak(); next !== null; next = breaker.nextBreak()) {
    segments.push(paragraph.slice(start, next.position));
    start = next.position;
  }
  return segments.length === 0 ? [''] : segments;
}

/** Pieces of a long text, of whole clusters where they can be. */
function chunksOf(text: string): string[] {
  if (text.length <= pieceLength) return [text];
  const chunks: string[] = [];
  let chunk = '';
  const add = (part: string): void => {
    if (chunk !== '' && chunk.length + part.length > pieceLength) {
      chunks.push(chunk);
      chunk = '';
    }
    chunk += part;
  };
  // A letter with more marks than fit a piece is cut between them.
  for (const { segment: cluster } of clusters.segment(text))
    for (const part of cluster.length > pieceLength ? cluster : [cluster]) add(part);
  return [...chunks, chunk];
}

/** Fills line after line; a segment that is wider than a line is broken between its clusters. */
function brokenAt(
  width: number,
  segments: readonly Segment[],
  segmentOf: (cluster: string) => Segment,
): Segment[][] {
  const lines: Segment[][] = [];
  let line: Segment[] = [];
  let taken = 0;
  const add = (segment: Segment): void => {
    if (line.length > 0 && taken + segment.inked > width) {
      lines.push(line);
      line = [];
      taken = 0;
    }
    line.push(segment);
    taken += segment.width;
  };
  for (const segment of segments) {
    if (segment.inked <= width) add(segment);
    else
      for (const { segment: cluster } of clusters.segment(segment.pieces.map(({ text }) => text).join('')))
        add(segmentOf(cluster));
  }
  return [...lines, line];
}

/** The runs of a line from left to right, as few as they can be. */
function runsOf(segments: readonly Segment[]): Run[] {
  const pieces = joined(segments.flatMap((segment) => segment.pieces));
  const last = pieces.pop();
  if (last !== undefined) pieces.push({ face: last.face, text: last.text.trimEnd() });
  const text = pieces.map((piece) => piece.text).join('');
  if (!rightToLeft.test(text))
    return pieces.map((piece) => ({ face: piece.face, text: piece.text, features: featuresOf(piece.text) }));
  return visualOrder(pieces, text);
}

/** Unicode Standard Annex 9: stretches of a higher level are turned round as a whole; a face turns its own letters. */
function visualOrder(pieces: readonly Piece[], text: string): Run[] {
  const { levels } = bidi.getEmbeddingLevels(text, 'auto');
  const runs: { face: string; text: string; level: number }[] = [];
  let at = 0;
  for (const { face, text: piece } of pieces) {
    let start = 0;
    for (let index = 1; index <= piece.length; index += 1) {
      const level = levels[at + start] ?? 0;
      if (index < piece.length && levels[at + index] === level) continue;
      const part = piece.slice(start, index);
      runs.push({ face, text: level % 2 === 1 ? turned(part) : part, level });
      start = index;
    }
    at += piece.length;
  }
  const highest = Math.max(0, ...runs.map(({ level }) => level));
  for (let level = highest; level > 0; level -= 1) {
    let from = 0;
    while (from < runs.length) {
      let to = from;
      while ((runs[to]?.level ?? 0) >= level) to += 1;
      if (to > from + 1) runs.splice(from, to - from, ...runs.slice(from, to).reverse());
      from = Math.max(to, from + 1);
    }
  }
  // With a list of features, even an empty one, pdfkit shapes a run as a whole and not word by word.
  return runs.map((run) => ({
    face: run.face,
    text: run.text,
    features: run.level % 2 === 1 ? [] : featuresOf(run.text),
  }));
}

/** Brackets face the other way; letters are turned round when they are shaped, marks alone are not. */
function turned(part: string): string {
  const mirrored = Array.from(part, (character) => bidi.getMirroredCharacter(character) ?? character);
  return (rightToLeft.test(part) ? mirrored : mirrored.reverse()).join('');
}

function joined(pieces: readonly Piece[]): Piece[] {
  const out: Piece[] = [];
  for (const piece of pieces) {
    const last = out.at(-1);
    if (last?.face === piece.face && last.text.length < runLength)
      out.splice(-1, 1, { face: last.face, text: last.text + piece.text });
    else out.push(piece);
  }
  return out;
}

function featuresOf(text: string): Run['features'] {
  if (rightToLeft.test(text)) return [];
  return wideMarks.test(text) && !chinese.test(text) ? ['pwid'] : undefined;
}

function named(cluster: string, unsettable: Set<string>): string {
  return Array.from(cluster, (character) => {
    const code = `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
    unsettable.add(code);
    return `[${code}]`;
  }).join('');
}
