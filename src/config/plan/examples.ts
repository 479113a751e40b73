import { z } from 'zod';
import { exclusionKinds } from '../../core/exclusion.js';
import { currencyDecimals, formatAmount, type Money, parseAmount } from '../../core/money.js';
import { isMonthName, monthRule } from '../../core/time/calendar.js';
import {
  formatDurationUs,
  isWrong,
  oneOf,
  parseDurationUs,
  quantity,
  scalar,
  textual,
  whole,
  wrong,
  type Wrong,
} from '../scalars.js';
import { dscp } from '../scalars/dscp.js';
import { decimal, identifier, localDate, percentOfOne, positive, words } from './scalars.js';

const month = () =>
  textual(monthRule, (text) => (isMonthName(text) ? text : wrong('is not a month'))).meta({
    type: 'string',
    pattern: '^\\d{4}-\\d{2}$',
  });

/** `10000.00 HKD`. */
const money = () =>
  scalar('an amount and its currency, such as 10000.00 HKD', (input): Money | Wrong => {
    const match = typeof input === 'string' ? /^(\S+) +([A-Z]{3})$/.exec(input.trim()) : null;
    if (!match?.[1] || !match[2]) return wrong('is not an amount and its currency');
    const decimals = currencyDecimals(match[2]);
    if (decimals === null) return wrong(`has ${match[2]}, which is no currency of ISO 4217`);
    const amount = parseAmount(match[1], decimals);
    return 'fault' in amount ? wrong(amount.fault) : { minor: amount.minor, currency: match[2] };
  }).meta({ type: 'string', pattern: '^\\d+(\\.\\d+)? +[A-Z]{3}$' });

export const moneyText = ({ minor, currency }: Money): string =>
  `${formatAmount(minor, currency)} ${currency}`;

/** `4h`, `20m`, `1h30m` → milliseconds. */
const duration = () =>
  quantity('a duration such as 4h, 30m or 1h30m', (text): number | Wrong => {
    const us = parseDurationUs(text);
    if (isWrong(us)) return us;
    return us % 1000 === 0 ? us / 1000 : wrong('is finer than a millisecond');
  }).meta({ type: 'string', examples: ['4h', '30m'] });

export const durationText = (ms: number): string => formatDurationUs(ms * 1000);

/** A local day and time, the seconds left out where they are 0. */
const localTime = () =>
  textual('a local day and time, such as "2026-10-12 03:00"', (text): string | Wrong =>
    /^\d{4}-\d{2}-\d{2} ([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$/.test(text)
      ? text
      : wrong('is not a day and time'),
  ).meta({ type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2} \\d{2}:\\d{2}(:\\d{2})?$' });

const outageSchema = z.preprocess(
  (input) => (typeof input === 'string' ? { lasts: input } : input),
  z.strictObject({
    at: localTime()
      .nullable()
      .default(null)
      .describe('When it begins, local time; left out: a day after the one before it, or after the start.'),
    lasts: duration().describe('How long it lasts.'),
    reportedAfter: duration()
      .nullable()
      .default(null)
      .describe('How long after its beginning the customer reported it; left out: never.'),
    line: whole(1, 100)
      .nullable()
      .default(null)
      .describe("The service's n-th line alone; left out: all of its lines."),
  }),
);

const figureKeys = {
  latencyMs: decimal().nullable().default(null).describe('The latency of every round.'),
  lossPercent: percentOfOne().nullable().default(null).describe('The loss of every round.'),
  jitterMs: decimal().nullable().default(null).describe('The jitter of every round.'),
};

/** A case in short form, and what it gives. */
export const exampleSchema = z.strictObject({
  name: words().describe('What the example shows.'),
  month: month().describe('The month that is judged.'),
  class: identifier().nullable().default(null).describe('The class of the service; left out: the first one.'),
  rent: money().describe('The monthly rent with its currency: 10000.00 HKD.'),
  start: localDate()
    .nullable()
    .default(null)
    .describe("The service's first day; left out: it has been there for years."),
  end: localDate().nullable().default(null).describe('The first day without the service; left out: none.'),
  agreedStart: localDate().nullable().default(null).describe('The day on which it was agreed to start.'),
  installationCharge: money().nullable().default(null).describe('What was charged for its installation.'),
  outages: z
    .array(outageSchema)
    .default([])
    .describe('Outages: a duration alone (4h), or at, lasts, reportedAfter and line.'),
  exclusions: z
    .array(
      z.strictObject({
        kind: oneOf(exclusionKinds).default('planned-maintenance').describe('The kind of exclusion.'),
        at: localTime().describe('When it begins, local time.'),
        lasts: duration().describe('How long it lasts.'),
      }),
    )
    .default([])
    .describe('Exclusions that cover all of the service; notice and proof are taken as given.'),
  commitmentMs: positive().nullable().default(null).describe("The latency commitment of the service's path."),
  dscp: dscp().nullable().default(null).describe('The code point of the probes of its path.'),
  ...figureKeys,
  exceptions: z
    .array(
      z.strictObject({
        at: localTime().describe('When it begins, local time.'),
        lasts: duration().describe('How long it lasts.'),
        ...figureKeys,
      }),
    )
    .default([])
    .describe('Times with other figures than those of the month.'),
  history: z
    .array(
      z.strictObject({
        month: month().describe('An earlier month.'),
        rent: money().describe('The rent billed for it.'),
        credit: money().describe('What was credited for it.'),
      }),
    )
    .default([])
    .describe('Earlier months, for a cap over more than a month.'),
  credit: money().describe('What is paid.'),
});

export type RawExample = z.output<typeof exampleSchema>;
