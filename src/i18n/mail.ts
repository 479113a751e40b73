import type { ReportLanguage } from './languages.js';
import { english, type Words } from './en.js';
import { simplified } from './zh-cn.js';
import { traditional } from './zh-tw.js';

export type NotifyLanguage = ReportLanguage;

export type NotifyWord = keyof Words['mail'];

export const notifyWords: Record<NotifyLanguage, Words['mail']> = {
  en: english.mail,
  'zh-CN': simplified.mail,
  'zh-TW': traditional.mail,
};

/** The nearest of the languages that messages are written in. */
export function notifyLanguage(tag: string): NotifyLanguage {
  if (/^zh\b.*\b(?:Hant|TW|HK|MO)\b/i.test(tag)) return 'zh-TW';
  return /^zh\b/i.test(tag) ? 'zh-CN' : 'en';
}

/** Puts values into a text's `{places}`. */
export function say(
  language: NotifyLanguage,
  word: NotifyWord,
  values: Readonly<Record<string, string>> = {},
): string {
  return notifyWords[language][word].replace(/\{(\w+)\}/g, (whole, key: string) => values[key] ?? whole);
}
