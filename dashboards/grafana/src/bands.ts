import type { Threshold, ValueMapping } from '@grafana/grafana-foundation-sdk/dashboard';
import { valueMap } from './panels.js';
import { say, type Language, type Words } from './words.js';

/** By level: 0 is the best band of the plan (contract 2.2 (2)). */
export const bandColors = ['green', 'yellow', 'orange', 'red'] as const;
export const bandNames: readonly Words[] = [
  ['normal', '正常'],
  ['decline', '性能下降'],
  ['degraded', '性能劣化'],
  ['severe', '性能严重劣化'],
];

export const bandSteps: readonly Threshold[] = bandColors.map((color, level) => ({
  color,
  value: level === 0 ? null : level,
}));

/** For a table in which an empty field was not measured: it is of no band. */
export const measuredBandSteps: readonly Threshold[] = [
  { color: 'transparent', value: null },
  ...bandColors.map((color, level) => ({ color, value: level })),
];

export const bandMappings = (language: Language): ValueMapping[] => [
  valueMap(
    Object.fromEntries(
      bandNames.map((words, level) => [
        String(level),
        { text: say(words, language), color: bandColors[level] ?? 'red' },
      ]),
    ),
  ),
];

/** 1 and 0 as words. */
export const yesOrNo = (language: Language): ValueMapping[] => [
  valueMap({
    '0': { text: say(['no', '否'], language), color: 'red' },
    '1': { text: say(['yes', '是'], language), color: 'green' },
  }),
];

/** Bad as soon as there is one. */
export const noneIsGood: readonly Threshold[] = [
  { color: 'green', value: null },
  { color: 'red', value: 1 },
];
/** Shares of which only nearly all is good. */
export const nearlyAllIsGood: readonly Threshold[] = [
  { color: 'red', value: null },
  { color: 'yellow', value: 0.99 },
  { color: 'green', value: 0.999 },
];
/** Of a budget. */
export const budgetSteps: readonly Threshold[] = [
  { color: 'green', value: null },
  { color: 'yellow', value: 0.5 },
  { color: 'red', value: 1 },
];
/** Seconds left. */
export const leftSteps: readonly Threshold[] = [
  { color: 'red', value: null },
  { color: 'yellow', value: 600 },
  { color: 'green', value: 3600 },
];
