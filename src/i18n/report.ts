import { english, type Words } from './en.js';
import type { ReportLanguage } from './languages.js';
import { simplified } from './zh-cn.js';
import { traditional } from './zh-tw.js';

export type ReportWords = Words['report'];

export const reportWords: Record<ReportLanguage, ReportWords> = {
  en: english.report,
  'zh-CN': simplified.report,
  'zh-TW': traditional.report,
};

/** The word for an id of a plan (a band, a cause); another carrier's plan may have its own, which stand as they are. */
export const wordFor = (words: Readonly<Record<string, string>>, id: string): string =>
  Object.hasOwn(words, id) ? (words[id] ?? id) : id;
