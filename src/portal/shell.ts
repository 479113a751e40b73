import type { FastifyRequest } from 'fastify';
import type { Config } from '../config/config.js';
import { type Action, isTenantRole, type Principal } from '../core/access/rules.js';
import { contractZone } from '../core/customer/book.js';
import { formatInstant } from '../core/time/calendar.js';
import type { EpochMs } from '../core/types.js';
import { csrfField } from '../http/access/identify.js';
import type { ParameterFault } from '../http/problem.js';
import { isPlace } from '../http/route/route.js';
import { type ReportLanguage, reportLanguages } from '../i18n/languages.js';
import { type Locale, localeOf, nothing } from '../i18n/locale.js';
import { notifyLanguage } from '../i18n/mail.js';
import { portalWords, type PortalWords } from '../i18n/portal.js';
import type { AssetName, Assets } from './assets.js';
import { type WordedFault, wordFault } from './faults-in.js';
import { type Place, placesFor } from './navigation.js';

export const languageCookie = 'pop-sla-language';
export const themeCookie = 'pop-sla-theme';
export const themes = ['auto', 'light', 'dark'] as const;
type Theme = (typeof themes)[number];

const isLanguage = (tag: string | undefined): tag is ReportLanguage =>
  (reportLanguages as readonly (string | undefined)[]).includes(tag);

/** Null where they are not read yet: a request that is refused at once. */
const chosen = ({ cookies }: { readonly cookies: FastifyRequest['cookies'] | null }, name: string) =>
  cookies?.[name];

/** What somebody chose, else what the browser asks for, else English. */
function languageOf(request: FastifyRequest): ReportLanguage {
  const language = chosen(request, languageCookie);
  if (isLanguage(language)) return language;
  return acceptedLanguage(request.headers['accept-language'] ?? '') ?? 'en';
}

/** The first of the languages of a browser, by its weights, that there is here; null: none. */
function acceptedLanguage(header: string): ReportLanguage | null {
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

function themeOf(request: FastifyRequest): Theme {
  return themes.find((one) => one === chosen(request, themeCookie)) ?? 'auto';
}

/** What every view knows of, whatever its page. */
export interface Shell {
  readonly w: PortalWords;
  /** The words of reports: bands, kinds of exclusions and so on. */
  readonly r: Locale['words'];
  /** What is wrong with what was entered, in words. */
  readonly worded: (fault: ParameterFault) => WordedFault;
  /** Writes numbers, times and amounts. */
  readonly f: Forms;
  readonly language: ReportLanguage;
  readonly languages: readonly ReportLanguage[];
  readonly theme: Theme;
  readonly themes: readonly Theme[];
  readonly asset: (name: AssetName) => string;
  /** Null: nobody is signed in. */
  readonly principal: Principal | null;
  /** The name of the customer whose things are seen; null: all, or nobody's. */
  readonly customer: string | null;
  readonly nav: readonly { readonly href: string; readonly label: string; readonly current: boolean }[];
  /** What stands in the menu of the account. */
  readonly settings: Shell['nav'];
  readonly may: (action: Action) => boolean;
  /** Whether forms can write: nobody has to sign in, and so nobody is known by name. */
  readonly writes: boolean;
  readonly csrf: { readonly field: string; readonly value: string } | null;
  /** The page's own address, or that of the page whose form was sent: to come back to. */
  readonly here: string;
  readonly version: string;
}

export interface ShellMaker {
  readonly of: (request: FastifyRequest) => Shell;
  readonly assets: Assets;
}

export interface ShellOptions {
  readonly config: () => Config;
  readonly assets: Assets;
  readonly version: string;
  readonly places: readonly Place[];
}

export function createShell({ config, assets, version, places }: ShellOptions): ShellMaker {
  const locales = new Map(reportLanguages.map((language) => [language, localeOf(language)]));
  return {
    assets,
    of: (request) => {
      const language = languageOf(request);
      const locale = locales.get(language) ?? localeOf(language);
      const caller = request.caller;
      const principal = caller?.principal ?? null;
      const { book } = config();
      const customer = book.customers.find(({ id }) => id === principal?.customer) ?? null;
      const path = request.url.split('?')[0] ?? '/';
      const csrf = request.identified?.session?.csrf ?? null;
      const w = portalWords[language];
      const shown = placesFor(places, caller);
      const place = ({ href, label }: Place): Shell['nav'][number] => ({
        href,
        label: label(w),
        current: path === href || path.startsWith(`${href}/`),
      });
      return {
        worded: (fault) => wordFault(w, fault),
        w,
        r: locale.words,
        f: formsOf(locale, customer?.timeZone ?? contractZone(config().book)),
        language,
        languages: reportLanguages,
        theme: themeOf(request),
        themes,
        asset: assets.url,
        principal,
        version,
        customer: principal?.roles.some(isTenantRole) ? (customer?.name ?? principal.customer) : null,
        nav: shown.filter(({ menu }) => menu !== true).map(place),
        settings: shown.filter(({ menu }) => menu === true).map(place),
        may: (action) => caller?.may(action) ?? false,
        writes: principal !== null && principal.via !== 'open',
        csrf: csrf === null ? null : { field: csrfField, value: csrf },
        here: request.method === 'GET' ? withoutDone(request.url) : (forms.get(request) ?? '/'),
      };
    },
  };
}

/** The field of a form that names the page it stands on. */
const formField = '_here';
const forms = new WeakMap<FastifyRequest, string>();

/** Notes the page that a form was sent from: where it is refused, the page that says so is left for that one. */
export function noteForm(request: FastifyRequest): void {
  const given = (request.body as Record<string, unknown> | null | undefined)?.[formField];
  if (typeof given === 'string' && given.length <= 500 && isPlace(given)) forms.set(request, given);
}

/** The address, without what was said of something that has just been done: to come back is not to do it again. */
function withoutDone(url: string): string {
  const [path = '/', query = ''] = url.slice(0, 500).split('?');
  const rest = query.split('&').filter((part) => part !== '' && !part.startsWith('done='));
  return rest.length === 0 ? path : `${path}?${rest.join('&')}`;
}

/** An instant as the API answers it, or as it is reckoned with. */
type Instant = string | EpochMs;

/** How a page writes what it shows, in one language and zone. */
interface Forms extends Omit<Locale, 'words' | 'instant' | 'short' | 'span'> {
  readonly zone: string;
  /** `2026-10-11T08:00:00+08:00`, for machines. */
  readonly iso: (at: Instant) => string;
  /** In full, with its offset. */
  readonly instant: (at: Instant) => string;
  /** From one to another, what both have in common once; whole days without their times. */
  readonly span: (from: Instant, to: Instant) => string;
  /** `2026-10-11 08:00:30`, for tables whose lines are compared. */
  readonly stamp: (at: Instant) => string;
  /** Day and time. */
  readonly short: (at: Instant) => string;
  /** `08:00`. */
  readonly clock: (at: Instant) => string;
  readonly nothing: string;
  /** What is a minute long or longer in whole seconds, rounded down: statements have it exactly. */
  readonly duration: (ms: number) => string;
}

function formsOf(locale: Locale, zone: string): Forms {
  const iso = (at: Instant): string => formatInstant(typeof at === 'string' ? Date.parse(at) : at, zone);
  // What happened is told to the second; a table has its thousandths elsewhere.
  const whole = (at: Instant): string =>
    iso(Math.floor((typeof at === 'string' ? Date.parse(at) : at) / 1000) * 1000);
  return {
    ...locale,
    zone,
    iso,
    nothing,
    duration: (ms) => locale.duration(ms < 60_000 ? ms : Math.floor(ms / 1000) * 1000),
    instant: (at) => locale.instant(whole(at)),
    span: (from, to) => spanOf(locale, whole(from), whole(to)),
    stamp: (at) => whole(at).slice(0, 19).replace('T', ' '),
    short: (at) => locale.short(whole(at)),
    clock: (at) => iso(at).slice(11, 16),
  };
}

/** `2 October 2026 17:28:02 – 17:30:09 (UTC+08:00)`. */
function spanOf(locale: Locale, from: string, to: string): string {
  const text = locale.span({ from, to });
  const [first, last] = [locale.instant(from), locale.instant(to)];
  // Whole days are short already.
  if (!text.startsWith(first) || !text.endsWith(last)) return text;
  const dash = text.slice(first.length, text.length - last.length);
  const offset = / \(UTC[^)]*\)$/;
  const [day, sameDay] = [locale.day(from.slice(0, 10)), from.slice(0, 10) === to.slice(0, 10)];
  const short = offset.exec(first)?.[0] === offset.exec(last)?.[0] ? first.replace(offset, '') : first;
  return `${short}${dash}${sameDay ? last.slice(day.length + 1) : last}`;
}
