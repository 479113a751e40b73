import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { formatAmount, minorOf } from '../../core/money.js';
import type { StatementState } from '../../core/statement/filter.js';
import type { PathPart } from '../../core/statement/document-parts.js';
import type { Part, StatementDocument } from '../../core/statement/document.js';
import { isMonthName } from '../../core/time/calendar.js';
import { isDisputeLate, lastDisputeDay } from '../../core/billing/disputes.js';
import type { Caller } from '../../http/access/caller.js';
import type { Api } from '../../http/http.js';
import { localeOf, textIn } from '../../i18n/locale.js';
import { changeLines } from '../../i18n/report.js';
import { rulingBlocks } from '../../render/report/compose/origin.js';
import { creditBlocks } from '../../render/report/compose/paths.js';
import { derivationOf, isDerivedWhenShown } from '../../render/report/derivation.js';
import { reportFormats } from '../../render/report/formats.js';
import { observedPercent, resultOf } from '../../render/report/observed.js';
import { pathHref, shownBand } from '../customer/paths-shown.js';
import { changesOf } from './changes.js';
import { disputesOf, isWhole } from './disputes.js';
import { outagesOf } from './seen-outages.js';
import { everyPage } from '../forms.js';
import { addPage, type Answer, type PortalOptions } from '../page.js';
import type { Shell } from '../shell.js';

type Listed = Answer<'listStatements'>['statements'][number];
type Summary = Exclude<Listed, { readonly rent: null }>;
interface StatementsWanted {
  readonly month?: string;
  readonly service?: string;
  readonly figures?: 'true';
  readonly standing?: 'true';
  readonly credited?: 'true';
  readonly state?: StatementState;
  readonly availabilityBelow?: string;
}

/** Every statement that the caller sees, of a month or a service where one is given: drafts and all revisions. */
export const listedStatements = (api: Api, caller: Caller, query: StatementsWanted): Promise<Listed[]> =>
  everyPage(
    (cursor) => api.listStatements(caller, { query: { ...query, limit: '1000', cursor } }),
    ({ statements }) => statements,
  );

/** Those whose amounts the caller sees. */
export const statementsOf = async (api: Api, caller: Caller, query: StatementsWanted): Promise<Summary[]> =>
  (await listedStatements(api, caller, query)).flatMap((one) => (one.rent === null ? [] : [one]));

/** What stands for a service now: its latest revision, else its draft. */
export interface ServiceMonth {
  readonly service: string;
  readonly latest: Summary;
  readonly revisions: number;
}

export function byService(statements: readonly Summary[]): ServiceMonth[] {
  const services = new Map<string, Summary[]>();
  for (const one of statements) services.set(one.service, [...(services.get(one.service) ?? []), one]);
  return [...services].flatMap(([service, all]) => {
    const sealed = all.filter(({ state }) => state === 'sealed').sort((a, b) => a.revision - b.revision);
    const latest = sealed.at(-1) ?? all[0];
    return latest ? [{ service, latest, revisions: sealed.length }] : [];
  });
}

interface Total {
  readonly currency: string;
  readonly statements: number;
  readonly rent: string;
  readonly credit: string;
}

/** By currency, in minor units: amounts of two currencies never meet. */
export function totalsOf(months: readonly ServiceMonth[]): Total[] {
  const currencies = [...new Set(months.map(({ latest }) => latest.currency))].sort();
  return currencies.map((currency) => {
    const own = months.flatMap(({ latest }) => (latest.currency === currency ? [latest] : []));
    const sum = (amounts: readonly string[]): string =>
      formatAmount(
        amounts.reduce((all, amount) => all + minorOf(amount, currency), 0n),
        currency,
      );
    return {
      currency,
      statements: own.length,
      rent: sum(own.map(({ rent }) => rent)),
      credit: sum(own.map(({ credit }) => credit)),
    };
  });
}

/** `/months/2026-10/SERVICE`: one statement, where each of its amounts comes from, and how its revisions differ. */
export function financeStatementPage(server: FastifyInstance, portal: PortalOptions): void {
  const { api } = portal;
  addPage(server, portal, {
    method: 'GET',
    url: '/months/:month/:service',
    access: 'statements:read',
    params: z.object({ month: z.string().max(20), service: z.string().max(200) }),
    query: z.object({
      revision: z
        .string()
        .max(15)
        .regex(/^[1-9]\d{0,8}$/)
        .optional()
        .catch(undefined),
      now: z.literal('yes').optional().catch(undefined),
    }),
    handle: async ({ params: { month, service }, query: { revision, now }, caller, shell }) => {
      if (!isMonthName(month)) return null;
      const found = await api.getStatement(caller, {
        params: { month, service },
        query: { revision, toDate: now === 'yes' ? 'true' : 'false' },
      });
      if (found === null) return null;
      if (!isWhole(found)) {
        // Who sees no amounts reads it as a report, which is made for that.
        const of = new URLSearchParams({ service, format: 'html', lang: shell.language });
        if (revision !== undefined) of.set('revision', revision);
        return { to: `/api/v1/reports/${month}?${of.toString()}` };
      }
      const { document, ...seal } = found;
      const all = await statementsOf(api, caller, { month, service });
      const before = await beforeOf(api, caller, { document, all, now: now === 'yes' });
      const { book } = portal.config();
      const locale = localeOf(shell.language);
      return {
        view: 'finance-statement',
        title: `${service} · ${shell.f.month(month)}`,
        page: {
          month,
          service,
          document,
          seal: 'sealedBy' in seal ? seal : null,
          now: now === 'yes',
          own: caller.reach === 'own',
          back: caller.reach === 'own' ? '/statements' : `/months/${month}`,
          changes: before && changesOf({ before, after: document }, shell),
          since: before?.revision ?? null,
          outages: outagesOf(document.outages),
          paths: document.paths.map(pathOf),
          all,
          credit: creditBlocks({ document, locale }),
          rulings: rulingBlocks({ document, locale }),
          derivation: derivationOf(document, locale),
          changeReasons: changeLines(locale.words, document.change?.why ?? []),
          derivedNow: isDerivedWhenShown(document),
          availabilityOf: (part: Part) => {
            const { text: result, tone } = resultOf(part.met, locale);
            const least = part.availabilityLowerBoundPercent ?? null;
            return { least, observed: observedPercent(part), result, tone };
          },
          reasonOf: (part: Part) => reasonOf(part, document.currency, shell),
          formats: reportFormats,
          disputes: document.state === 'sealed' ? await disputesOfStatement(portal, caller, document) : null,
          revision: revision ?? null,
          siteName: book.sites.find(({ id }) => id === document.site)?.name ?? document.site,
          classOf: ({ plan, class: id }: Part) => {
            const versions = book.plans.get(plan.id)?.versions ?? [];
            const of = versions.find(({ version }) => version === plan.version) ?? versions.at(-1);
            const name = of?.classes.get(id)?.name;
            return name === undefined ? id : textIn(name, shell.language);
          },
          customerName: book.customers.find(({ id }) => id === document.customer)?.name ?? document.customer,
        },
      };
    },
  });
}

/** What is disputed of a statement, and until when more may be. */
async function disputesOfStatement({ api, now }: PortalOptions, caller: Caller, document: StatementDocument) {
  const late = isDisputeLate(document, now());
  return {
    all: await disputesOf(api, caller, { statement: document.id }),
    lastDay: lastDisputeDay(document),
    late,
    open: caller.may('disputes:open') && (caller.reach === 'all' || !late),
  };
}

interface ShownMonth {
  readonly document: StatementDocument;
  /** Every statement of its service and month. */
  readonly all: readonly Summary[];
  /** The month is shown as it would be now. */
  readonly now: boolean;
}

/** The revision that a statement differs from: the one before it, or of a month as it would be now, the latest. */
async function beforeOf(
  api: Api,
  caller: Caller,
  { document, all, now }: ShownMonth,
): Promise<StatementDocument | null> {
  const { month, service, change } = document;
  if (change === null && !now) return null;
  if (!all.some(({ state }) => state === 'sealed')) return null;
  const query = change === null ? {} : { revision: String(change.since) };
  const found = await api.getStatement(caller, { params: { month, service }, query });
  return found !== null && isWhole(found) ? found.document : null;
}

/** Why a part has its credit, or has none, in a sentence. */
function reasonOf(part: Part, currency: string, { w, f }: Shell): string {
  const words = w.first.reason;
  const { credit, base, met, availabilityPercent, commitmentPercent, unavailableMs } = part;
  const [availability, committed] = [f.percent(availabilityPercent), f.percent(commitmentPercent)];
  if (minorOf(credit.amount, currency) > 0n) {
    const amount = f.amount(credit.amount, currency);
    const counted = part.causes.filter((one) => one.counted).map(({ cause }) => cause);
    const share = words.share(f.percent(credit.percent), f.amount(base, currency));
    return counted.every((cause) => cause === 'availability')
      ? words.availability(amount, share, availability, committed, f.duration(unavailableMs))
      : words.causes(amount, share);
  }
  if (met === null) return words.notShown(availability, committed);
  return met ? words.met(availability, committed) : words.noStep(availability, committed);
}

/** A path's month with its bands, as a page shows them. */
function pathOf(path: PathPart) {
  const { latencyBands, lossBands, latencyBand, lossBand } = path;
  const idsOf = (bands: readonly { readonly id: string }[]) => bands.map(({ id }) => id);
  return {
    ...path,
    href: pathHref(path.path),
    latencyShown: shownBand(latencyBand, idsOf(latencyBands)),
    lossShown: shownBand(lossBand, idsOf(lossBands)),
    lossLimit: lossBands[0]?.upToPercent ?? null,
  };
}
