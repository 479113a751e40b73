import type { FastifyRequest } from 'fastify';
import type { Config } from '../../config/config.js';
import { isTenantRole, type Principal } from '../../core/access/principal.js';
import type { Action } from '../../core/access/rules.js';
import { localeOf, type Locale } from '../../render/report/locale.js';
import { reportLanguages, type ReportLanguage } from '../../render/report/languages.js';
import type { ParameterFault } from '../problem.js';
import { csrfField } from '../access/csrf.js';
import type { Assets, AssetName } from './assets.js';
import { wordFault, type WordedFault } from './faults-in.js';
import { formsOf, type Forms } from './format.js';
import { languageOf, themeOf, themes, type Theme } from './language.js';
import { placesFor, type Place } from './navigation.js';
import { portalWords, type PortalWords } from './words/words.js';

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
  /** The page's own address, to come back to. */
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
}

export function createShell({ config, assets, version }: ShellOptions): ShellMaker {
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
      const shown = placesFor(caller);
      const place = ({ href, label }: Place): Shell['nav'][number] => ({
        ...{ href, label: label(w) },
        current: path === href || path.startsWith(`${href}/`),
      });
      return {
        worded: (fault) => wordFault(w, fault),
        ...{ w, r: locale.words, f: formsOf(locale, customer?.timeZone ?? houseZone(config())) },
        ...{ language, languages: reportLanguages, theme: themeOf(request), themes },
        ...{ asset: assets.url, principal, version },
        customer: principal?.roles.some(isTenantRole) ? (customer?.name ?? principal.customer) : null,
        nav: shown.filter(({ menu }) => menu !== true).map(place),
        settings: shown.filter(({ menu }) => menu === true).map(place),
        may: (action) => caller?.may(action) ?? false,
        writes: principal !== null && principal.via !== 'open',
        csrf: csrf === null ? null : { field: csrfField, value: csrf },
        here: request.method === 'GET' ? request.url.slice(0, 500) : '/',
      };
    },
  };
}

/** The zone that most of the contracts here are read in. */
function houseZone({ book }: Config): string {
  const [plan] = book.plans.values();
  return plan?.versions.at(-1)?.timeZone ?? 'UTC';
}
