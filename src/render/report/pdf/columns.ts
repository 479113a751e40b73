/** What a column would take if it had all the room, and what it needs at least. */
export interface ColumnNeed {
  readonly natural: number;
  readonly least: number;
}

/** Shares the width out: everybody gets the least, and of the rest as much as they could use. */
export function columnWidths(needs: readonly ColumnNeed[], width: number): number[] {
  const natural = sum(needs.map((need) => need.natural));
  const least = sum(needs.map((need) => need.least));
  if (least > width) return needs.map((need) => (need.least * width) / least);
  if (natural >= width) {
    const wanted = natural - least;
    return needs.map((need) =>
      wanted === 0 ? need.least : need.least + ((width - least) * (need.natural - need.least)) / wanted,
    );
  }
  return needs.map((need) => (natural === 0 ? 0 : (width * need.natural) / natural));
}

/** What may not be broken: a word, a part of one up to a hyphen; Chinese breaks between any two characters. */
export function unbreakable(text: string): string[] {
  // Who wrote a no-break space meant the whole.
  if (text.includes('\u00a0') && !text.includes(' ')) return [text];
  return text
    .split(/[ \n]+|(?<=[-/,>])|(?<=[\u2e80-\u9fff\uff00-\uffef])|(?=[\u2e80-\u9fff])/)
    .filter((word) => word !== '');
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
