import { z } from 'zod';
import { measures, qualityMetrics } from '../../core/plan.js';
import { oneOf, whole } from '../scalars.js';
import {
  atMostKeys,
  decimal,
  identifier,
  percentOfOne,
  perUnitKeys,
  positive,
  shareKeys,
  words,
} from './scalars.js';

/** What every cause may say. */
const common = {
  id: identifier().describe('What results and statements call it.'),
  name: words().describe('One text, or texts by language.'),
  classes: z
    .array(identifier())
    .nullable()
    .default(null)
    .describe('The classes of service that it holds for; left out: all.'),
  onlyBelowPercent: percentOfOne()
    .nullable()
    .default(null)
    .describe('Nothing is given unless the availability of the month is below this percentage.'),
  ...atMostKeys,
};

const trafficClasses = z
  .array(identifier())
  .nullable()
  .default(null)
  .describe('Only paths of these classes of traffic; left out: every path of the service.');

const figureStep = (unit: string) =>
  z.strictObject({
    over: decimal()
      .optional()
      .describe('The step applies above this figure; at exactly this one it does not.'),
    from: decimal().optional().describe('The step applies from this figure on, the figure itself included.'),
    ...shareKeys,
    ...perUnitKeys(unit),
  });

const qualityCause = <const K extends 'latency' | 'loss' | 'jitter'>(kind: K) =>
  z.strictObject({
    kind: z.literal(kind).describe('What the cause looks at.'),
    ...common,
    measure: oneOf(measures).describe(
      'What the steps look at: excess-percent over the commitment; excess over it in ms (loss: percentage points); or the absolute figure in ms (loss: percent).',
    ),
    decimals: whole(0, 6)
      .nullable()
      .default(null)
      .describe('The figure is rounded half-up to so many decimals before the steps; left out: exact.'),
    paths: oneOf(['worst', 'each'])
      .default('worst')
      .describe("Of the service's paths the one that gives most counts, or each of them does."),
    trafficClasses,
    steps: z
      .array(figureStep('units of the figure above the bound'))
      .describe('From the mildest to the deepest: the deepest that applies counts.'),
  });

/** The bound of a window or a day: which keys go with which metric is checked beside the schema. */
const boundKeys = {
  overPercent: decimal()
    .optional()
    .describe(
      'Fails above this percentage: of packets lost, or of excess over the commitment (latency, jitter).',
    ),
  overMs: decimal().optional().describe('Fails above so many milliseconds (latency, jitter).'),
  overCommitmentMs: decimal()
    .optional()
    .describe('Fails when it is more than so many milliseconds over the commitment (latency, jitter).'),
};

export const windowKeys = {
  metric: oneOf(qualityMetrics).describe('What is looked at in a window.'),
  ...boundKeys,
  windowMinutes: whole(1, 10_080).describe('How long a window is: 15, or 1440 for 24 hours.'),
  windows: oneOf(['calendar', 'sliding'])
    .default('calendar')
    .describe(
      'calendar: windows one after the other from local midnight. sliding: a window begins with every round ("any 24-hour period").',
    ),
};

const downtimeCause = z.strictObject({
  kind: z.literal('downtime').describe('Time in which the service was down.'),
  ...common,
  over: oneOf(['month', 'outage'])
    .default('month')
    .describe('The downtime of the month together, or of each outage by itself.'),
  allowanceMinutes: decimal()
    .default({ n: 0n, d: 1n })
    .describe('So many minutes, of the month or of each outage, are not counted.'),
  unitMinutes: positive().optional().describe('The share is given once for each unit of so many minutes.'),
  count: oneOf(['started', 'full'])
    .optional()
    .describe('A unit that has begun counts whole, or only full units do.'),
  ...shareKeys,
  steps: z
    .array(figureStep('minutes beyond the bound'))
    .optional()
    .describe('In place of unitMinutes: steps by minutes of downtime, the deepest counts.'),
});

const failedDaysCause = z.strictObject({
  kind: z.literal('failed-days').describe('Local days on which a metric failed.'),
  ...common,
  metric: oneOf(['availability', ...qualityMetrics]).describe('What is looked at on each local day.'),
  belowPercent: percentOfOne()
    .optional()
    .describe('Of availability: a day fails below this percentage of the day.'),
  ...boundKeys,
  trafficClasses,
  ...shareKeys,
});

const failedWindowsCause = z.strictObject({
  kind: z.literal('failed-windows').describe('Windows of rounds in which a metric failed.'),
  ...common,
  ...windowKeys,
  trafficClasses,
  ...shareKeys,
});

const longOutagesCause = z.strictObject({
  kind: z.literal('long-outages').describe('Outages that lasted long.'),
  ...common,
  longerThanMinutes: decimal().describe('The share is given once for each outage that is longer.'),
  ...shareKeys,
});

const lateDeliveryCause = z.strictObject({
  kind: z
    .literal('late-delivery')
    .describe('The days between the agreed and the actual start of the service.'),
  ...common,
  days: oneOf(['calendar', 'weekdays'])
    .default('calendar')
    .describe(
      'Days late are counted by the calendar, or Monday to Friday only (public holidays are not known).',
    ),
  allowanceDays: whole(0, 3660).default(0).describe('So many days late are not counted.'),
  of: oneOf(['credit-base', 'full-month', 'installation-charge'])
    .default('credit-base')
    .describe(
      'What the share is one of: the base of every credit, the full monthly rent, or the charge for installation.',
    ),
  unitDays: whole(1, 366).optional().describe('The share is given once for each unit of so many days late.'),
  count: oneOf(['started', 'full'])
    .optional()
    .describe('A unit that has begun counts whole, or only full units do.'),
  ...shareKeys,
  steps: z
    .array(figureStep('days beyond the bound'))
    .optional()
    .describe('In place of unitDays: steps by days late, the deepest counts.'),
});

export const causeSchema = z
  .discriminatedUnion('kind', [
    qualityCause('latency'),
    qualityCause('loss'),
    qualityCause('jitter'),
    downtimeCause,
    failedDaysCause,
    failedWindowsCause,
    longOutagesCause,
    lateDeliveryCause,
  ])
  .describe('Something beside the availability of the month that is paid for.');

export type RawCause = z.output<typeof causeSchema>;
