import type { ReportLanguage } from '../../../render/report/languages.js';
import { customerEnglish, customerSimplified, customerTraditional, type CustomerWords } from './customer.js';
import { shellEnglish, shellSimplified, shellTraditional, type ShellWords } from './shell.js';

/** All the words of pages, a file for each part: nobody has to look through those of others. */
export type PortalWords = ShellWords & CustomerWords;

export const portalWords: Record<ReportLanguage, PortalWords> = {
  en: { ...shellEnglish, ...customerEnglish },
  'zh-CN': { ...shellSimplified, ...customerSimplified },
  'zh-TW': { ...shellTraditional, ...customerTraditional },
};
