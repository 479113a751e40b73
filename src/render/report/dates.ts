import type { ReportLanguage } from './languages.js';
import { fieldsOf, fieldsOfDay, type Fields } from './iso.js';

/**
 * Dates and times as each language writes them. Written out here, not by the system's own tables: those differ from one
 * version to the next, and a document that was handed out has to come out again as it was.
 */
export interface DateForms {
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
  readonly units: readonly [hour: string, minute: string, second: string];
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
function durationText(ms: number, { units: [hour, minute, second], unitGap }: Style): string {
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

export const dateForms: Record<ReportLanguage, DateForms> = {
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
      units: ['h', 'min', 's'],
      unitGap: noBreak,
    },
    ({ month, year }) => `${englishMonth(month)} ${year}`,
  ),
  'zh-CN': forms(
    {
      day: chineseDay,
      dayOfMonth: ({ day, month }) => `${month}月${day}日`,
      offset: offsetText,
      dash: ' 至 ',
      days: chineseDays,
      units: ['小时', '分', '秒'],
      unitGap: '',
    },
    ({ month, year }) => `${year}年${month}月`,
  ),
  'zh-TW': forms(
    {
      day: chineseDay,
      dayOfMonth: ({ day, month }) => `${month}月${day}日`,
      offset: offsetText,
      dash: ' 至 ',
      days: chineseDays,
      units: ['小時', '分', '秒'],
      unitGap: '',
    },
    ({ month, year }) => `${year}年${month}月`,
  ),
};
