const form = /^[-+]?(\d*)\.?(\d*)(?:[eE]([-+]?\d+))?$/;

/**
 * Whether a number as it was written has more digits than a binary double keeps: `99.99999999999999999` is read as 100.
 * What is written in another way than as a decimal (0x1f, .inf) is none of its business.
 */
export function losesDigits(source: string, value: number): boolean {
  const [written, read] = [digitsOf(source), digitsOf(String(value))];
  return written !== null && read !== null && written !== read;
}

/** The digits that count, with the place of the point: the same for every way to write a number, apart from its sign. */
function digitsOf(text: string): string | null {
  const match = form.exec(text);
  if (!match) return null;
  const [, whole = '', fraction = '', exponent = '0'] = match;
  const digits = (whole + fraction).replace(/^0+/, '');
  const short = digits.replace(/0+$/, '');
  const scale = Number(exponent) - fraction.length + (digits.length - short.length);
  return short === '' ? '0' : `${short}e${scale}`;
}
