import type { FastifyRequest } from 'fastify';
import { notifyLanguage } from '../../render/notify/languages.js';
import { reportLanguages, type ReportLanguage } from '../../render/report/languages.js';

export const languageCookie = 'pop-sla-language';
export const themeCookie = 'pop-sla-theme';
export const themes = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

const isLanguage = (tag: string | undefined): tag is ReportLanguage =>
  (reportLanguages as readonly (string | undefined)[]).includes(tag);

/** Null where they are not read yet: a request that is refused at once. */
const chosen = ({ cookies }: { readonly cookies: FastifyRequest['cookies'] | null }, name: string) =>
  cookies?.[name];

/** What somebody chose, else what the browser asks for, else English. */
export function languageOf(request: FastifyRequest): ReportLanguage {
  const language = chosen(request, languageCookie);
  if (isLanguage(language)) return language;
  return acceptedLanguage(request.headers['accept-language'] ?? '') ?? 'en';
}

/** The first of the languages of a browser, by its weights, that there is here; null: none. */
export function acceptedLanguage(header: string): ReportLanguage | null {
  const wanted = header
    .slice(0, 1000)
    .split(',')
    .map((part) => {
      const [tag = '', ...parameters] = part.trim().split(';');
      const weight = /^\s*q=([\d.]{1,6})\s*$/.exec(parameters.join(';'))?.[1];
      return { tag: tag.trim(), weight: weight === undefined ? 1 : Number(weight) };
    })
    .filter(({ tag, weight }) => /^(?:en|zh)\b/i.test(tag) && weight > 0)
    .sort((a, b) => b.weight - a.weight);
  return wanted[0] ? notifyLanguage(wanted[0].tag) : null;
}

export function themeOf(request: FastifyRequest): Theme {
  return themes.find((one) => one === chosen(request, themeCookie)) ?? 'auto';
}
