export const languages = ['en', 'zh'] as const;
export type Language = (typeof languages)[number];
/** English, Chinese. */
export type Words = readonly [en: string, zh: string];

export const say = (words: Words, language: Language): string => words[language === 'en' ? 0 : 1];
