import type { ReportLanguage } from '../../../render/report/languages.js';
import { shellEnglish, shellSimplified, shellTraditional, type ShellWords } from './shell.js';

/** All the words of pages, a file for each part: nobody has to look through those of others. */
export type PortalWords = ShellWords;

export const portalWords: Record<ReportLanguage, PortalWords> = {
  en: { ...shellEnglish },
  'zh-CN': { ...shellSimplified },
  'zh-TW': { ...shellTraditional },
};
