import { describe, expect, test } from 'vitest';
import { daysChart } from '../../../src/render/report/chart/days.js';
import {
  type Drawing,
  ink,
  isLabel,
  polyline,
  stepLabel,
  stepsOver,
  svgOf,
} from '../../../src/render/report/chart/drawing.js';
import { monthBar } from '../../../src/render/report/chart/month-bar.js';

const shapes = (drawing: Drawing) => drawing.items.flatMap((item) => (isLabel(item) ? [] : [item]));
const labels = (drawing: Drawing) => drawing.items.flatMap((item) => (isLabel(item) ? [item.text] : []));

const chart = (values: readonly (number | null)[]) =>
  daysChart({
    title: 'Loss',
    width: 240,
    height: 100,
    fromZero: true,
    days: values.map((value, index) => ({ day: `2026-10-${String(index + 1).padStart(2, '0')}`, value })),
    thresholds: [{ value: 1, label: '1%', of: 'commitment' }],
  });

describe('a chart by day', () => {
  test('leaves a gap where nothing was measured, and a point where it was zero', () => {
    const drawing = chart([0, null, null, 0.5, 0]);
    expect(shapes(drawing).filter(({ fill }) => fill === ink.measured)).toHaveLength(3);
    expect(shapes(drawing).filter(({ fill }) => fill === ink.blank)).toHaveLength(2);
    const [line] = shapes(drawing).filter(({ stroke }) => stroke === ink.measured);
    expect(line?.path.match(/M/g)).toHaveLength(2);
  });

  test('of a month in which nothing was measured has the commitment and no point', () => {
    const drawing = chart([null, null]);
    expect(shapes(drawing).filter(({ fill }) => fill === ink.measured)).toEqual([]);
    expect(shapes(drawing).filter(({ stroke }) => stroke === ink.commitment)).toHaveLength(1);
    expect(svgOf(drawing)).not.toMatch(/NaN|Infinity|undefined/);
  });

  test('shows whatever is higher, the figures or what is promised', () => {
    expect(labels(chart([0.1]))).toContain('1.25');
    expect(labels(chart([7]))).toContain('8');
  });

  test('without days or lines draws nothing that is not there', () => {
    const drawing = daysChart({
      title: '',
      width: 200,
      height: 90,
      fromZero: false,
      days: [],
      thresholds: [],
    });
    expect(svgOf(drawing)).not.toMatch(/NaN|Infinity|undefined/);
  });
});

describe('the bar of a month', () => {
  const bar = monthBar({
    title: 'October',
    width: 500,
    from: 0,
    to: 31 * 86_400_000,
    days: Array.from({ length: 31 }, (_, index) => ({ at: index * 86_400_000, day: index + 1 })),
    rows: [
      {
        label: 'Line',
        stretches: [
          { from: 1000, to: 2000, fill: 'red' },
          { from: -5000, to: 0, fill: 'green' },
          { from: 86_400_000, to: Number.MAX_SAFE_INTEGER, fill: 'blue' },
        ],
      },
    ],
  });

  test('shows a second of the month, nothing outside of it, and no more than its end', () => {
    const of = (fill: string) => shapes(bar).find((shape) => shape.fill === fill)?.path;
    expect(of('red')).toMatch(/h1\.2v/);
    expect(of('green')).toBeUndefined();
    const [, x = '', wide = ''] = /^M([\d.]+) \S+?h([\d.]+)v/.exec(of('blue') ?? '') ?? [];
    expect(Number(x) + Number(wide)).toBeCloseTo(500, 1);
  });

  test('numbers the days by fives', () => {
    expect(labels(bar)).toEqual(['Line', '1', '5', '10', '15', '20', '25', '30']);
  });
});

test('steps are round and hold what they have to', () => {
  expect(stepsOver(0, 1.02)).toEqual([0, 0.25, 0.5, 0.75, 1, 1.25]);
  expect(stepsOver(34.3, 46.4)).toEqual([32.5, 35, 37.5, 40, 42.5, 45, 47.5]);
  expect(stepsOver(0, 0)).toEqual([0, 1]);
  expect(stepLabel(0.1 + 0.2)).toBe('0.3');
  expect(polyline([[1, 2], null, [3, 4], [5, 6]])).toBe('M1 2M3 4L5 6');
});

test('SVG escapes what people wrote', () => {
  const text = { text: '<b>&"x"', x: 0, y: 0, size: 7, fill: '#000', anchor: 'end' } as const;
  expect(svgOf({ width: 10, height: 10, items: [text], title: 'a "b"' })).toBe(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10" role="img" aria-label="a &quot;b&quot;">' +
      '<text x="0" y="0" font-size="7" fill="#000" text-anchor="end">&lt;b&gt;&amp;&quot;x&quot;</text></svg>',
  );
});
