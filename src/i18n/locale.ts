import type { ReportLanguage } from './languages.js';
import { reportWords, type ReportWords } from './report.js';

/** The fields of an instant as it stands in a statement: in local time, with the offset of its zone. */
interface Fields {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  /** `03:30`, `03:30:05`, `03:30:05.250`: as much as there is. */
  readonly time: string;
  /** `+08:00` or `Z`; empty for a day. */
  readonly offset: string;
}

const expression = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d:\d\d)(?::(\d\d(?:\.\d+)?))?(Z|[+-]\d\d:\d\d))?$/;

/** Throws `RangeError` for what is no instant with an offset. */
function fieldsOf(instant: string): Fields {
  const fields = read(instant);
  if (fields.offset === '') throw new RangeError(`${instant} is no instant`);
  return fields;
}

/** Of a calendar day. */
const fieldsOfDay = (day: string): Fields => read(day);

function read(text: string): Fields {
  const match = expression.exec(text);
  if (!match) throw new RangeError(`${text} is no date and no instant`);
  const [, year, month, day, minutes = '', seconds = '', offset = ''] = match;
  const time = seconds === '' || seconds === '00' ? minutes : `${minutes}:${seconds}`;
  return { year: Number(year), month: Number(month), day: Number(day), time, offset };
}

/** Whole milliseconds since the epoch. */
export const msOf = (instant: string): number => Date.parse(instant);

/**
 * Dates and times as each language writes them. Written out here, not by the system's own tables: those differ from one
 * version to the next, and a document that was handed out has to come out again as it was.
 */
interface DateForms {
  /** `2026-10` → `October 2026`. */
  readonly month: (month: string) => string;
  /** `2026-10-16` → `16 October 2026`. */
  readonly day: (day: string) => string;
  /** An instant with its offset, in full. */
  readonly instant: (instant: string) => string;
  /** Day and time without the year and the offset, for tables whose heading says those. */
  readonly short: (instant: string) => string;
  /** From the first to the last instant; whole days without their times. */
  readonly span: (span: { readonly from: string; readonly to: string }) => string;
  readonly duration: (ms: number) => string;
}

/** A space that ends no line. */
export const noBreak = '\u00a0';

const englishMonths =
  'January February March April May June July August September October November December'.split(' ');
const englishMonth = (month: number): string => englishMonths[month - 1] ?? '';

const englishDay = ({ day, month, year }: Fields): string => `${day} ${englishMonth(month)} ${year}`;
const chineseDay = ({ day, month, year }: Fields): string => `${year}年${month}月${day}日`;

const chineseDays = (first: Fields, last: Fields): string =>
  `${chineseDay(first)}至${first.month === last.month ? '' : `${last.month}月`}${last.day}日`;

interface Style {
  readonly day: (fields: Fields) => string;
  readonly dayOfMonth: (fields: Fields) => string;
  readonly offset: (offset: string) => string;
  /** Between two instants or days. */
  readonly dash: string;
  /** Two days of one month, or of one year. */
  readonly days: (first: Fields, last: Fields) => string;
  readonly units: ReportWords['timeUnit'];
  readonly unitGap: string;
}

function forms(style: Style, month: (fields: Fields) => string): DateForms {
  const day = (text: string): string => style.day(fieldsOfDay(text));
  const instant = (text: string): string => {
    const fields = fieldsOf(text);
    return `${style.day(fields)} ${fields.time} ${style.offset(fields.offset)}`;
  };
  return {
    month: (text) => month(fieldsOfDay(`${text}-01`)),
    day,
    instant,
    short: (text) => {
      const fields = fieldsOf(text);
      // Day and time stay on one line.
      return `${style.dayOfMonth(fields).replaceAll(' ', noBreak)}${noBreak}${fields.time}`;
    },
    span: ({ from, to }) => {
      const [first, end] = [fieldsOf(from), fieldsOf(to)];
      if (first.time !== '00:00' || end.time !== '00:00')
        return `${instant(from)}${style.dash}${instant(to)}`;
      const last = fieldsOfDay(dayBefore(to.slice(0, 10)));
      if (from.slice(0, 10) === isoDay(last)) return style.day(first);
      return first.year === last.year
        ? style.days(first, last)
        : `${style.day(first)}${style.dash}${style.day(last)}`;
    },
    duration: (ms) => durationText(ms, style),
  };
}

const isoDay = ({ year, month, day }: Fields): string =>
  [String(year).padStart(4, '0'), String(month).padStart(2, '0'), String(day).padStart(2, '0')].join('-');

function dayBefore(day: string): string {
  const { year, month, day: of } = fieldsOfDay(day);
  return new Date(Date.UTC(year, month - 1, of - 1)).toISOString().slice(0, 10);
}

/** Hours are not made days: contracts count downtime in hours. */
function durationText(ms: number, { units: { hour, minute, second }, unitGap }: Style): string {
  const rest = ms % 60_000;
  const minutes = (ms - rest) / 60_000;
  const thousandths = rest % 1000;
  const seconds = (rest - thousandths) / 1000;
  const fraction = thousandths === 0 ? '' : `.${String(thousandths).padStart(3, '0').replace(/0+$/, '')}`;
  const parts: string[] = [];
  if (minutes >= 60) parts.push(`${Math.floor(minutes / 60)}${unitGap}${hour}`);
  if (minutes % 60 > 0) parts.push(`${minutes % 60}${unitGap}${minute}`);
  if (rest > 0 || parts.length === 0) parts.push(`${seconds}${fraction}${unitGap}${second}`);
  return parts.join(' ');
}

const offsetText = (offset: string): string => `(UTC${offset === 'Z' ? '' : offset})`;

/** Both kinds of Chinese write dates alike: the same characters name the year, the month and the day. */
const chineseForms = (words: ReportWords): DateForms =>
  forms(
    {
      day: chineseDay,
      dayOfMonth: ({ day, month }) => `${month}月${day}日`,
      offset: offsetText,
      dash: ' 至 ',
      days: chineseDays,
      units: words.timeUnit,
      unitGap: '',
    },
    ({ month, year }) => `${year}年${month}月`,
  );

const dateForms: Record<ReportLanguage, DateForms> = {
  en: forms(
    {
      day: englishDay,
      dayOfMonth: ({ day, month }) => `${day} ${englishMonth(month).slice(0, 3)}`,
      offset: offsetText,
      dash: ' – ',
      days: (first, last) =>
        first.month === last.month
          ? `${first.day}–${englishDay(last)}`
          : `${first.day} ${englishMonth(first.month)} – ${englishDay(last)}`,
      units: reportWords.en.timeUnit,
      unitGap: noBreak,
    },
    ({ month, year }) => `${englishMonth(month)} ${year}`,
  ),
  'zh-CN': chineseForms(reportWords['zh-CN']),
  'zh-TW': chineseForms(reportWords['zh-TW']),
};

/** How one language writes what a report says. */
export interface Locale extends DateForms {
  readonly language: ReportLanguage;
  readonly words: ReportWords;
  /** `HKD 12,000.00`, from the decimal text as it is: it never becomes a binary number. */
  readonly amount: (amount: string, currency: string) => string;
  /** `99.4999` → `99.4999%`. */
  readonly percent: (percent: string) => string;
  /** 1485 → `1,485`. */
  readonly count: (count: number) => string;
  /** 35428 → `35.428`. */
  readonly ms: (us: number | null) => string;
  /** Parts per million as a percentage: 3333 → `0.3333%`. */
  readonly loss: (ppm: number | null) => string;
}

/** Where there is nothing to say. Not measured is never zero. */
export const nothing = '–';

/** `1234567` → `1,234,567`: alike in all the languages, and not left to the system's tables. */
const grouped = (digits: string): string => digits.replace(/\B(?=(?:\d{3})+$)/g, ',');

export function localeOf(language: ReportLanguage): Locale {
  return {
    language,
    words: reportWords[language],
    amount: (amount, currency) => {
      const minus = amount.startsWith('-') ? '-' : '';
      const [whole = '', fraction] = amount.slice(minus.length).split('.');
      const digits = fraction === undefined ? grouped(whole) : `${grouped(whole)}.${fraction}`;
      return `${minus}${currency}${noBreak}${digits}`;
    },
    percent: (percent) => `${percent}%`,
    count: (count) => `${count < 0 ? '-' : ''}${grouped(String(Math.abs(count)))}`,
    ms: (us) => (us === null ? nothing : scaled(us, 3)),
    loss: (ppm) => (ppm === null ? nothing : `${scaled(ppm, 4)}%`),
    ...dateForms[language],
  };
}

/** A whole number with its point moved: (35428, 3) → `35.428`. */
export function scaled(value: number, places: number): string {
  const digits = String(Math.abs(value)).padStart(places + 1, '0');
  return `${value < 0 ? '-' : ''}${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

/** A plan's text in the language asked for; else in its nearest, else in English, else in any. */
export function textIn(text: Readonly<Record<string, string>>, language: ReportLanguage): string {
  const tags = language === 'en' ? ['en'] : [language, 'zh-CN', 'zh-TW', 'en'];
  const [any = ''] = Object.values(text);
  return tags.map((tag) => text[tag]).find((each) => each !== undefined) ?? any;
}

/** A share as the plan writes it: `5 %` or `1/30`. */
export const shareText = (share: string): string => share.replace(/ %$/, '%');
