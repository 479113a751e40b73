import type { ReportLanguage } from './languages.js';
import { reportWords, type ReportWords } from './words/words.js';
import { dateForms, type DateForms } from './dates.js';

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

export function localeOf(language: ReportLanguage): Locale {
  const counts = new Intl.NumberFormat(language, { useGrouping: true, maximumFractionDigits: 0 });
  const amounts = new Map<string, Intl.NumberFormat>();
  const amountsIn = (currency: string, places: number): Intl.NumberFormat => {
    const key = `${currency}/${places}`;
    const known = amounts.get(key);
    if (known) return known;
    const made = new Intl.NumberFormat(language, {
      style: 'currency',
      currency,
      currencyDisplay: 'code',
      // The places of the amount's own text: ISO 4217 and what a system holds for a currency's custom differ.
      minimumFractionDigits: places,
      maximumFractionDigits: places,
    });
    amounts.set(key, made);
    return made;
  };
  return {
    language,
    words: reportWords[language],
    amount: (amount, currency) =>
      amountsIn(currency, (amount.split('.')[1] ?? '').length).format(amount as `${number}`),
    percent: (percent) => `${percent}%`,
    count: (count) => counts.format(count),
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
