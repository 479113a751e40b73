/**
 * A small vector drawing that SVG and PDF both can show: paths in SVG's own words, and labels. Lengths are points, the
 * origin is at the top left.
 */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly items: readonly (Shape | Label)[];
  /** Says what it shows to who can't see it. */
  readonly title: string;
}

export interface Shape {
  /** The `d` of an SVG path. */
  readonly path: string;
  readonly fill?: string;
  readonly stroke?: string;
  readonly strokeWidth?: number;
  /** Lengths of dash and gap. */
  readonly dash?: number;
}

export interface Label {
  readonly text: string;
  readonly x: number;
  /** Of the baseline. */
  readonly y: number;
  readonly size: number;
  readonly fill: string;
  readonly anchor: 'start' | 'middle' | 'end';
}

export const isLabel = (item: Shape | Label): item is Label => 'text' in item;

/** Colours that stay apart in print and for the colour-blind. */
export const ink = {
  text: '#1f2933',
  faint: '#7b8794',
  grid: '#d9dee3',
  measured: '#1f5fa8',
  commitment: '#1a7f37',
  edge: '#b58105',
  counted: '#c0392b',
  excused: '#e0a33a',
  exclusion: '#7d5ba6',
  unobserved: '#9aa5b1',
  blank: '#eef1f4',
} as const;

const number = (value: number): string => String(Math.round(value * 100) / 100);

export const rectangle = (x: number, y: number, width: number, height: number): string =>
  `M${number(x)} ${number(y)}h${number(width)}v${number(height)}h${number(-width)}z`;

export const line = (x1: number, y1: number, x2: number, y2: number): string =>
  `M${number(x1)} ${number(y1)}L${number(x2)} ${number(y2)}`;

/** A dot as two half circles. */
export const dot = (x: number, y: number, r: number): string =>
  `M${number(x - r)} ${number(y)}a${r} ${r} 0 1 0 ${number(2 * r)} 0a${r} ${r} 0 1 0 ${number(-2 * r)} 0z`;

/** A line through the points; a null is a gap. */
export function polyline(points: readonly (readonly [x: number, y: number] | null)[]): string {
  let path = '';
  let pen = 'M';
  for (const point of points) {
    if (point === null) pen = 'M';
    else {
      path += `${pen}${number(point[0])} ${number(point[1])}`;
      pen = 'L';
    }
  }
  return path;
}
/** Even steps from one round number to another that hold everything from `least` to `largest`. */
export function stepsOver(least: number, largest: number): readonly number[] {
  const reach = largest - least;
  if (!(reach > 0)) return [least, least + 1];
  const magnitude = 10 ** Math.floor(Math.log10(reach));
  const step =
    [0.2, 0.25, 0.5, 1, 2, 2.5].map((each) => each * magnitude).find((each) => reach / each <= 5) ??
    5 * magnitude;
  const first = Math.floor(least / step + 1e-9);
  const last = Math.ceil(largest / step - 1e-9);
  return Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step);
}

/** Without what binary fractions leave behind. */
export const stepLabel = (value: number): string => String(Number(value.toPrecision(6)));
const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Safe as text and inside a quoted attribute. Control characters, which no page may hold, become spaces. */
export const escapeHtml = (text: string): string =>
  text
    // eslint-disable-next-line no-control-regex -- they are what has to go
    .replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/g, ' ')
    .replace(/[&<>"']/g, (each) => entities[each] ?? each);

/** A drawing as an SVG element to stand in a page of HTML. */
export function svgOf({ width, height, items, title }: Drawing): string {
  const body = items.map((item) => {
    if (isLabel(item)) {
      const anchor = item.anchor === 'start' ? '' : ` text-anchor="${item.anchor}"`;
      return `<text x="${round(item.x)}" y="${round(item.y)}" font-size="${item.size}" fill="${item.fill}"${anchor}>${escapeHtml(item.text)}</text>`;
    }
    const stroke =
      item.stroke === undefined
        ? ''
        : ` stroke="${item.stroke}" stroke-width="${item.strokeWidth ?? 1}"${item.dash === undefined ? '' : ` stroke-dasharray="${item.dash}"`}`;
    return `<path d="${item.path}" fill="${item.fill ?? 'none'}"${stroke}/>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${round(width)} ${round(height)}" role="img" aria-label="${escapeHtml(title)}">${body.join('')}</svg>`;
}

const round = (value: number): number => Math.round(value * 100) / 100;
