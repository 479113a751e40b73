import {
  dot,
  type Drawing,
  ink,
  type Label,
  line,
  polyline,
  rectangle,
  type Shape,
  stepLabel,
  stepsOver,
} from './drawing.js';

/** One figure a day against lines that it is held against. */
interface DaysChart {
  readonly title: string;
  readonly width: number;
  readonly height: number;
  /** A share of a whole is drawn from zero up; a delay from where it varies. */
  readonly fromZero: boolean;
  readonly days: readonly {
    readonly day: string;
    /** Null: not measured, which is a gap. */
    readonly value: number | null;
  }[];
  readonly thresholds: readonly {
    readonly value: number;
    readonly label: string;
    readonly of: 'commitment' | 'edge';
  }[];
}

const [left, right, top, bottom] = [30, 30, 6, 16];
const labelSize = 6.5;

/** Days from left to right. What was not measured is a gap on a grey ground. */
export function daysChart({ title, width, height, fromZero, days, thresholds }: DaysChart): Drawing {
  const plot = { x: left, y: top, width: width - left - right, height: height - top - bottom };
  const values = days.flatMap(({ value }) => (value === null ? [] : [value]));
  const all = [...values, ...thresholds.map(({ value }) => value)];
  const least = fromZero || all.length === 0 ? 0 : Math.min(...all) * 0.98;
  const steps = stepsOver(least, Math.max(fromZero ? 0 : least, ...all) * 1.02);
  const [lowest, highest] = [steps[0] ?? 0, steps.at(-1) ?? 1];
  const cell = plot.width / Math.max(1, days.length);
  const x = (index: number): number => plot.x + (index + 0.5) * cell;
  const y = (value: number): number => plot.y + plot.height * (1 - (value - lowest) / (highest - lowest));

  const gaps = days.flatMap(({ value }, index): Shape[] =>
    value === null
      ? [{ path: rectangle(plot.x + index * cell, plot.y, cell, plot.height), fill: ink.blank }]
      : [],
  );
  const grid = steps.flatMap((step): (Shape | Label)[] => [
    { path: line(plot.x, y(step), plot.x + plot.width, y(step)), stroke: ink.grid, strokeWidth: 0.4 },
    label(stepLabel(step), plot.x - 4, y(step) + 2.2, 'end'),
  ]);
  const limits = thresholds.flatMap((each): Shape[] => {
    const color = each.of === 'commitment' ? ink.commitment : ink.edge;
    return [
      {
        path: line(plot.x, y(each.value), plot.x + plot.width, y(each.value)),
        stroke: color,
        strokeWidth: each.of === 'commitment' ? 1 : 0.6,
        ...(each.of === 'edge' && { dash: 2.5 }),
      },
    ];
  });
  const limitLabels = apart(
    thresholds.map((each) => ({ ...each, at: y(each.value) + 2.2 })),
    labelSize + 0.5,
  ).map((each) =>
    label(
      each.label,
      plot.x + plot.width + 4,
      each.at,
      'start',
      each.of === 'commitment' ? ink.commitment : ink.edge,
    ),
  );
  const points = days.map(({ value }, index) => (value === null ? null : ([x(index), y(value)] as const)));
  const dots = points.flatMap((point): Shape[] =>
    point === null ? [] : [{ path: dot(point[0], point[1], 1.3), fill: ink.measured }],
  );
  const dayLabels = days.flatMap(({ day }, index): Label[] => {
    const number = Number(day.slice(8, 10));
    return index === 0 || number % 5 === 0
      ? [label(String(number), x(index), plot.y + plot.height + 9, 'middle')]
      : [];
  });
  return {
    width,
    height,
    title,
    items: [
      ...gaps,
      ...grid,
      ...limits,
      { path: polyline(points), stroke: ink.measured, strokeWidth: 1 },
      ...dots,
      ...limitLabels,
      ...dayLabels,
    ],
  };
}

function label(text: string, x: number, y: number, anchor: Label['anchor'], fill: string = ink.faint): Label {
  return { text, x, y, size: labelSize, fill, anchor };
}

/** Moves labels down until no two stand on each other. */
function apart<T extends { readonly at: number }>(labels: readonly T[], gap: number): T[] {
  let last = -Infinity;
  return [...labels]
    .sort((a, b) => a.at - b.at)
    .map((each) => {
      last = Math.max(each.at, last + gap);
      return { ...each, at: last };
    });
}
