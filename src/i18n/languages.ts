/** The languages of a report, as BCP 47 names them. */
export const reportLanguages = ['en', 'zh-CN', 'zh-TW'] as const;
export type ReportLanguage = (typeof reportLanguages)[number];
