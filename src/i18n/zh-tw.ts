import type { Words } from './en.js';
import { converted } from './zh-hant.js';

/**
 * The words in Traditional Chinese: those in Simplified Chinese, converted by the build, but for what differs by more
 * than its characters and terms. A term that differs everywhere belongs in `glossary.yaml`.
 */
export const traditional: Words = {
  ...converted,
  portal: {
    ...converted.portal,
    // Each language is called by its own name.
    languageName: { en: 'English', 'zh-CN': '简体中文', 'zh-TW': '繁體中文' },
    noc: {
      ...converted.portal.noc,
      mesh: {
        ...converted.portal.noc.mesh,
        // Rows and columns: 行 and 列 in Simplified, 列 and 欄 in Traditional.
        hint: '每列為來源，每欄為目的；儲存格連結至該路徑。',
        caption: (window) => `自來源（列）至目的（欄）的等級：${window}`,
      },
    },
  },
};
