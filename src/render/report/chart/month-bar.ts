import { ink, line, rectangle, type Drawing, type Label, type Shape } from './drawing.js';

/** Stretches of the month in rows. */
interface MonthBar {
  readonly title: string;
  readonly width: number;
  readonly from: number;
  readonly to: number;
  /** The first instant of each day, and its number. */
  readonly days: readonly { readonly at: number; readonly day: number }[];
  readonly rows: readonly BarRow[];
}

export interface BarRow {
  readonly label: string;
  readonly stretches: readonly { readonly from: number; readonly to: number; readonly fill: string }[];
}

const [rowHeight, rowGap, axis] = [11, 5, 14];
/** Of the labels before the bars, at most. */
const labelShare = 0.3;
const labelSize = 7;
/** However short it was, it has to be seen. */
const leastWidth = 1.2;

export function monthBar({ title, width, from, to, days, rows }: MonthBar): Drawing {
  const left = Math.round(
    Math.min(width * labelShare, Math.max(...rows.map(({ label }) => wide(label))) + 10),
  );
  const x = (at: number): number =>
    left + ((width - left) * (Math.min(Math.max(at, from), to) - from)) / (to - from);
  const y = (row: number): number => row * (rowHeight + rowGap);
  const bottom = y(rows.length) - rowGap;
  const bars = rows.flatMap(({ label, stretches }, row): (Shape | Label)[] => [
    { path: rectangle(left, y(row), width - left, rowHeight), fill: ink.blank },
    ...stretches
      .filter((each) => each.from < to && each.to > from)
      .map(({ from: first, to: end, fill }) => {
        const long = Math.max(leastWidth, x(end) - x(first));
        return { path: rectangle(Math.min(x(first), width - long), y(row), long, rowHeight), fill };
      }),
    {
      text: shortened(label, left - 8),
      x: 0,
      y: y(row) + 8,
      size: labelSize,
      fill: ink.text,
      anchor: 'start',
    },
  ]);
  const marks = days.flatMap(({ at, day }): (Shape | Label)[] => [
    { path: line(x(at), bottom, x(at), bottom + 2.5), stroke: ink.faint, strokeWidth: 0.4 },
    ...(day === 1 || day % 5 === 0
      ? [
          {
            text: String(day),
            x: x(at) + (x(at + 86_400_000) - x(at)) / 2,
            y: bottom + 10,
            size: 6.5,
            fill: ink.faint,
            anchor: 'middle' as const,
          },
        ]
      : []),
  ]);
  return { width, height: bottom + axis, title, items: [...bars, ...marks] };
}

/** About what a label takes: nobody has measured it here. */
const wide = (label: string): number =>
  Array.from(label).reduce((total, character) => total + labelSize * (character > '\u2e80' ? 1 : 0.55), 0);

function shortened(label: string, room: number): string {
  let text = label;
  while (text.length > 1 && wide(text) > room) text = text.slice(0, -1);
  return text === label ? label : `${text.slice(0, -1)}…`;
}
