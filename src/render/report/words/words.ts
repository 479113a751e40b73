import type { ReportLanguage } from '../languages.js';
import { english, type ReportWords } from './en.js';
import { simplifiedChinese } from './zh-cn.js';
import { traditionalChinese } from './zh-tw.js';

export type { ReportWords } from './en.js';

export const reportWords: Record<ReportLanguage, ReportWords> = {
  en: english,
  'zh-CN': simplifiedChinese,
  'zh-TW': traditionalChinese,
};

/** The word for an id of a plan (a band, a cause); another carrier's plan may have its own, which stand as they are. */
export const wordFor = (words: Readonly<Record<string, string>>, id: string): string =>
  Object.hasOwn(words, id) ? (words[id] ?? id) : id;
