import { english, type Words } from './en.js';
import type { ReportLanguage } from './languages.js';
import { simplified } from './zh-cn.js';
import { traditional } from './zh-tw.js';

export type NoteWords = Words['note'];

export const noteWords: Record<ReportLanguage, NoteWords> = {
  en: english.note,
  'zh-CN': simplified.note,
  'zh-TW': traditional.note,
};
