import { english, type Words } from './en.js';
import type { ReportLanguage } from './languages.js';
import { simplified } from './zh-cn.js';
import { traditional } from './zh-tw.js';

export type PortalWords = Words['portal'];

export const portalWords: Record<ReportLanguage, PortalWords> = {
  en: english.portal,
  'zh-CN': simplified.portal,
  'zh-TW': traditional.portal,
};
