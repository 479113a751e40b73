import { compare, fromPercent, parseDecimal, type Rational, zero } from '../../core/number.js';
import type { Words } from '../../core/plan.js';
import { fractionShare, type Share } from '../../core/share.js';
import { hasControls, printableText } from '../../core/text/control-characters.js';
import { isLocalDate, isTimeZone, localDateRule } from '../../core/time/calendar.js';
import { isWrong, oneOf, scalar, textual, wrong, type Wrong } from '../scalars.js';

const decimalJson = {
  anyOf: [{ type: 'number' }, { type: 'string', pattern: '^-?\\d{1,30}(\\.\\d{1,15})?$' }],
} as const;
const wordsJson = {
  anyOf: [
    { type: 'string', minLength: 1 },
    { type: 'object', minProperties: 1, additionalProperties: { type: 'string', minLength: 1 } },
  ],
} as const;

/**
 * A decimal as written: a double's shortest text is the decimal that made it, for any that a contract writes. One with
 * more digits than a double has is refused where the file is read.
 */
function decimalText(input: unknown): string | null {
  return typeof input === 'string' || typeof input === 'number' ? String(input) : null;
}

/** A decimal number from 0 on, exact. */
export const decimal = (what = 'a decimal number from 0 on, such as 99.95') =>
  scalar(what, (input): Rational | Wrong => {
    const value = parseDecimal(decimalText(input) ?? '')?.value;
    if (value === undefined) return wrong('is not a decimal number');
    return compare(value, zero) < 0 ? wrong('is negative') : value;
  }).meta(decimalJson);

/** A decimal number above 0, exact. */
export const positive = () =>
  scalar('a decimal number above 0, such as 0.1', (input): Rational | Wrong => {
    const value = parseDecimal(decimalText(input) ?? '')?.value;
    if (value === undefined) return wrong('is not a decimal number');
    return compare(value, zero) <= 0 ? wrong('is not above 0') : value;
  }).meta(decimalJson);

/** A decimal number that may be negative, exact: an excess can be. */
export const signedDecimal = () =>
  scalar('a decimal number, such as 10.5', (input): Rational | Wrong => {
    return parseDecimal(decimalText(input) ?? '')?.value ?? wrong('is not a decimal number');
  }).meta(decimalJson);

/** A percentage from 0 to 100 as a share of 1. */
export const percentOfOne = () =>
  scalar('a percentage from 0 to 100, such as 99.95', (input): Rational | Wrong => {
    const value = parseDecimal(decimalText(input) ?? '')?.value;
    if (value === undefined) return wrong('is not a percentage');
    const share = fromPercent(value);
    return share.n < 0n || share.n > share.d ? wrong('is out of range') : share;
  }).meta(decimalJson);

const fraction = () =>
  textual('a fraction of two whole numbers, such as 1/30', (text): Share | Wrong => {
    return fractionShare(text) ?? wrong('is not a fraction');
  }).meta({ type: 'string', pattern: '^[1-9]\\d{0,8}\\s*/\\s*[1-9]\\d{0,8}$', examples: ['1/30'] });

export const localDate = () =>
  textual(localDateRule, (text) => (isLocalDate(text) ? text : wrong('is not a day'))).meta({
    type: 'string',
    pattern: '^\\d{4}-\\d{2}-\\d{2}$',
  });

export const timeZone = () =>
  textual('a time zone by its IANA name, such as Asia/Hong_Kong', (text) =>
    isTimeZone(text) ? text : wrong('is not a known time zone'),
  ).meta({ type: 'string', examples: ['Asia/Hong_Kong', 'UTC'] });

export const identifier = () =>
  textual('letters, digits, ".", "_" and "-", at most 64, starting with a letter or digit', (text) =>
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(text) ? text : wrong('is not an id'),
  ).meta({ type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$' });

const languageExpression = /^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/;

/** One line of text, or one by language. A text alone is one in no named language (`und`). */
export const words = () =>
  scalar(
    'a text, or a mapping of language tags to texts, such as { en: normal, zh-CN: 正常 }',
    (input): Words | Wrong => {
      const read = readWords(input);
      const isLine = isWrong(read) || !Object.values(read).some(hasControls);
      return isLine ? read : wrong('has control characters, or several lines');
    },
  ).meta(wordsJson);

function readWords(input: unknown): Words | Wrong {
  if (typeof input === 'string') {
    if (printableText(input) !== input) return wrong('has control characters');
    return input.trim() === '' ? wrong('is empty') : { und: input };
  }
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return wrong('is not a text');
  const entries = Object.entries(input);
  if (entries.length === 0) return wrong('has no language');
  for (const [language, text] of entries) {
    if (!languageExpression.test(language))
      return wrong(`has ${JSON.stringify(language)}, which is no language tag`);
    if (typeof text !== 'string' || text.trim() === '') return wrong(`has no text for ${language}`);
    if (printableText(text) !== text) return wrong(`has control characters in its text for ${language}`);
  }
  return Object.fromEntries(entries);
}

/** Texts by field path. */
export const textsByField = () =>
  scalar('a mapping of fields to texts', (input): ReadonlyMap<string, string> | Wrong => {
    const entries = mapping(input);
    if (entries === null) return wrong('is not a mapping');
    for (const [field, text] of entries) {
      if (typeof text !== 'string' && typeof text !== 'number') return wrong(`has no text for ${field}`);
      if (hasControls(String(text))) return wrong(`has control characters in its text for ${field}`);
    }
    return new Map(entries.map(([field, text]) => [field, String(text)]));
  }).meta({
    type: 'object',
    additionalProperties: { type: ['string', 'number'] },
  });

/** The number of a clause, as the document has it. */
export const clause = () =>
  scalar("a clause's number as text, such as '2.4'", (input): string | Wrong => {
    if (typeof input !== 'string' && typeof input !== 'number') return wrong('is not text');
    const text = String(input);
    return text.trim() === '' || hasControls(text) ? wrong('is no clause') : text;
  }).meta({ type: 'string' });

/** A text of several lines, or one by language. */
export const longWords = () =>
  scalar(
    'a text, or a mapping of language tags to texts, such as { en: normal, zh-CN: 正常 }',
    readWords,
  ).meta(wordsJson);

/** Rulings used to be a mapping of fields to texts: each is a ruling that is called by its field. */
export function rulingsList(input: unknown): unknown {
  const entries = mapping(input);
  if (entries === null) return input;
  return entries.map(([field, text]) => ({
    id: field.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/-$/, ''),
    field,
    text,
  }));
}

/** The keys and values of a mapping; null: it is none. */
function mapping(input: unknown): [string, unknown][] | null {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return null;
  return Object.entries(input);
}

/** How long before its start planned maintenance has to be announced: hours; null: no notice is asked for. */
export const noticeTime = () =>
  scalar('none, or whole hours from 0 to 8784', (input): { readonly hours: number | null } | Wrong => {
    if (input === 'none') return { hours: null };
    if (typeof input !== 'number' || !Number.isInteger(input)) return wrong('is not a number of hours');
    return input < 0 || input > 8784 ? wrong('is out of range') : { hours: input };
  }).meta({ anyOf: [{ const: 'none' }, { type: 'integer', minimum: 0, maximum: 8784 }] });

/** How many lines a class has: a number, or the least and the most of them. */
export const lineCount = () =>
  scalar(
    'a number of lines from 1 on, or { min: 2 } or { min: 1, max: 4 }',
    (input): { readonly min: number; readonly max: number | null } | Wrong => {
      const isCount = (value: unknown): value is number =>
        typeof value === 'number' && Number.isInteger(value) && value >= 1;
      if (isCount(input)) return { min: input, max: input };
      const entries = mapping(input);
      if (entries === null) return wrong('is not a number of lines');
      const { min = 1, max = null, ...rest } = Object.fromEntries(entries);
      if (!isCount(min) || (max !== null && !isCount(max)) || Object.keys(rest).length > 0) {
        return wrong('is not a number of lines');
      }
      return max !== null && max < min ? wrong('has more at least than at most') : { min, max };
    },
  ).meta({
    anyOf: [
      { type: 'integer', minimum: 1 },
      {
        type: 'object',
        properties: { min: { type: 'integer', minimum: 1 }, max: { type: 'integer', minimum: 1 } },
        additionalProperties: false,
      },
    ],
  });

/** A part of the rent: exactly one of the two, which is checked beside the schema. */
export const shareKeys = {
  percent: decimal().optional().describe('The credit in percent of the rent.'),
  fraction: fraction().optional().describe('The credit as a part of the rent: 1/30 is a day of a month.'),
};

/** What a step, or a cause, gives at the most. */
export const atMostKeys = {
  atMostPercent: decimal().optional().describe('No more than this percentage of the rent.'),
  atMostFraction: fraction().optional().describe('No more than this part of the rent: 7/30 is seven days.'),
};

/** A step whose share is given again for each unit beyond the bound. */
export const perUnitKeys = (unit: string) => ({
  forEvery: positive()
    .optional()
    .describe(`The share is given once for every so many ${unit}, not once for the step.`),
  count: oneOf(['started', 'full'])
    .optional()
    .describe('With forEvery: a unit that has begun counts (left out: this), or only full ones do.'),
  ...atMostKeys,
});
