import type { ChangeReason, ChangeReasonCode } from '../core/statement/document.js';
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

/**
 * Why a revision differs, one line each; in statements of earlier formats the lines stand as they were written. A code
 * that this version does not know, of a statement that a later one sealed, stands with its values as it is.
 */
export const changeLines = (words: ReportWords, why: readonly (ChangeReason | string)[]): string[] =>
  why.map((reason) => (typeof reason === 'string' ? reason : changeLine(words.changeReason, reason)));

function changeLine<C extends ChangeReasonCode>(
  words: { readonly [K in C]: (reason: ChangeReason<K>) => string },
  reason: ChangeReason<C>,
): string {
  return Object.hasOwn(words, reason.code) ? words[reason.code](reason) : JSON.stringify(reason);
}

/** The word for an id of a plan (a band, a cause); another carrier's plan may have its own, which stand as they are. */
export const wordFor = (words: Readonly<Record<string, string>>, id: string): string =>
  Object.hasOwn(words, id) ? (words[id] ?? id) : id;
