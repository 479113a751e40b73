import type { ExclusionKind } from '../../core/exclusion/kinds.js';
import type { Words } from '../../core/plan/plan.js';
import { english, type PlanWord } from './words-en.js';
import { chinese } from './words-zh.js';

export type PlanLanguage = 'en' | 'zh';

/** A text in the language asked for; where there is none, English, or whatever there is. */
export function inLanguage(words: Words, language: PlanLanguage): string {
  const tags = Object.keys(words);
  const of = (prefix: string) => tags.find((tag) => tag === prefix || tag.startsWith(`${prefix}-`));
  const tag = of(language) ?? of('en') ?? tags[0];
  return tag === undefined ? '' : (words[tag] ?? '');
}

export const planWords: Record<PlanLanguage, Record<PlanWord, string>> = { en: english, zh: chinese };

export const kindWords: Record<PlanLanguage, Record<ExclusionKind, string>> = {
  en: {
    'planned-maintenance': 'planned maintenance',
    'emergency-maintenance': 'emergency maintenance',
    'force-majeure': 'force majeure',
    'customer-cause': "customer's act or omission",
    'customer-change': "customer's upgrade or software",
    suspension: 'suspension',
    'third-party': "third party's fault",
  },
  zh: {
    'planned-maintenance': '定期（计划）维护',
    'emergency-maintenance': '紧急维护',
    'force-majeure': '不可抗力',
    'customer-cause': '客户的行为或不作为',
    'customer-change': '用户启动的系统升级或应用程式',
    suspension: '服务暂停或终止',
    'third-party': '第三方故障',
  },
};

/** Puts values into a text's `{places}`. */
export function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, key: string) => String(values[key] ?? whole));
}
