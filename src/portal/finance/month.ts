import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { isOver } from '../../core/billing/disputes.js';
import { isPercentage } from '../../core/statement/filter.js';
import { isMonthName, monthAfter, zonedMonth } from '../../core/time/calendar.js';
import { reportFormats } from '../../render/report/formats.js';
import { KeyError } from '../../seal/keys.js';
import type { Caller } from '../../http/access/caller.js';
import type { Api } from '../../http/http.js';
import type { ParameterFault } from '../../http/problem.js';
import { faultsIn } from '../faults-in.js';
import { orNull } from '../forms.js';
import { disputesOf, isRevisionDue } from './disputes.js';
import { addPage, type Answer, type PageAnswer, type PortalOptions } from '../page.js';
import type { Shell } from '../shell.js';
import {
  chosenRows,
  creditsOf,
  filteredServices,
  isOwed,
  monthRows,
  shows,
  type Show,
  sorts,
  type Sort,
  stepsOf,
} from './month-rows.js';
import { keptResults } from './results.js';
import { totalsOf } from './statement.js';

type Outcome = Answer<'sealStatements'>['statements'][number];

const ofMonth = z.object({ month: z.string().max(20) });
const acts = ['seal', 'revise', 'prepare', 'close', 'check'] as const;
type Act = (typeof acts)[number];
/** What is asked before it is done. */
const asks = ['seal', 'revise'] as const;

const lookedFor = z.object({
  show: z.enum(shows).catch('all').default('all'),
  // Anything else filters nothing.
  below: z.string().max(20).trim().refine(isPercentage).catch('').default(''),
  search: z.string().max(200).default(''),
  sort: z.enum(sorts).catch('service').default('service'),
  ask: z.enum(asks).optional().catch(undefined),
  service: z.string().max(200).default(''),
  done: z.string().max(20).optional(),
  result: z.string().max(40).default(''),
});

interface Shown {
  readonly caller: Caller;
  readonly shell: Shell;
  readonly month: string;
  readonly show?: Show;
  readonly below?: string;
  readonly search?: string;
  readonly sort?: Sort;
  readonly done?: string | null;
  readonly outcomes?: readonly Outcome[] | null;
  readonly wrong?: readonly ParameterFault[];
}

interface Asked extends Pick<Shown, 'caller' | 'shell' | 'month'> {
  readonly ask: (typeof asks)[number];
  readonly service: string;
  readonly reason?: string;
  readonly outOfOrder?: string;
  readonly wrong?: readonly ParameterFault[];
  /** What is wrong with the key that signs; null: it is there, or nobody knows yet. */
  readonly keyFault?: string | null;
}

/** `/months/2026-10`: how far a month is, what it adds up to, what needs a decision, and every statement of it. */
export function monthPages(server: FastifyInstance, portal: PortalOptions): void {
  const { api } = portal;
  const results = keptResults<readonly Outcome[]>(portal.now);
  addPage(server, portal, {
    method: 'GET',
    url: '/months',
    access: 'statements:read',
    handle: ({ shell }) => ({ to: `/months/${monthAfter(shell.f.iso(portal.now()).slice(0, 7), -1)}` }),
  });
  addPage(server, portal, {
    method: 'GET',
    url: '/months/:month',
    access: 'statements:read',
    params: ofMonth,
    query: lookedFor,
    handle: ({ params: { month }, query, caller, shell }) => {
      if (!isMonthName(month)) return null;
      // A customer has its statements on a page of its own.
      if (caller.reach === 'own') return { to: '/statements' };
      const { ask, service, done, result, ...looked } = query;
      if (ask !== undefined && shell.writes && caller.may('statements:seal'))
        return askPage(portal, { caller, shell, month, ask, service: service.trim() });
      const outcomes = results.read(caller.principal.id, result);
      return monthPage(portal, { caller, shell, month, ...looked, done: done ?? null, outcomes });
    },
  });
  for (const act of acts)
    addPage(server, portal, {
      method: 'POST',
      url: `/months/:month/${act}`,
      access: 'statements:seal',
      params: ofMonth,
      body: z.object({
        service: z.string().max(200).default(''),
        incomplete: z.string().max(2000).default(''),
        outOfOrder: z.string().max(2000).default(''),
      }),
      handle: async ({ params: { month }, body, caller, shell }) => {
        const service = body.service.trim();
        try {
          const outcomes = await perform(api, caller, act, month, { ...body, service });
          const to = `/months/${encodeURIComponent(month)}?done=${act}`;
          if (outcomes === null) return { to };
          return { to: `${to}&result=${results.keep(caller.principal.id, outcomes)}` };
        } catch (error) {
          const ask = act === 'revise' ? 'revise' : 'seal';
          const { incomplete: reason, outOfOrder } = body;
          const again = { caller, shell, month, ask, service, reason, outOfOrder } as const;
          if (error instanceof KeyError) return askPage(portal, { ...again, keyFault: error.message }, 409);
          const wrong = faultsIn(error);
          if (wrong === null || !isMonthName(month)) throw error;
          return askPage(portal, { ...again, wrong }, 400);
        }
      },
    });
}

const sumOf = <T>(items: readonly T[], is: (item: T) => boolean): number => items.filter(is).length;

/** A month with what is wrong with what was asked of it. */
export async function monthPage(
  { api, config, now }: PortalOptions,
  {
    caller,
    shell,
    month,
    show = 'all',
    below = '',
    search = '',
    sort = 'service',
    done = null,
    outcomes = null,
    wrong = [],
  }: Shown,
  status = 200,
): Promise<PageAnswer> {
  const { book } = config();
  const rows = await monthRows(api, caller, month, book);
  const services = await filteredServices(api, caller, month, { show, below });
  const { from, to } = zonedMonth(month, shell.f.zone);
  const over = to <= now();
  const begun = from <= now();
  const credits = caller.may('credits:read') ? await creditsOf(api, caller, month) : null;
  const periods = caller.may('periods:read') ? (await api.listPeriods(caller, { query: {} })).periods : [];
  const exclusions =
    rows.length > 0 && caller.may('exclusions:read')
      ? await api.listExclusions(caller, { query: { state: 'proposed', limit: '1000' } })
      : null;
  const touching = (exclusions?.exclusions ?? []).filter(({ intervals }) =>
    intervals.some((one) => Date.parse(one.from) < to && (one.to === null || Date.parse(one.to) > from)),
  );
  const disputes = caller.may('disputes:read') ? await disputesOf(api, caller, {}) : [];
  const names = new Map(book.customers.map(({ id, name }) => [id, name]));
  const standing = begun && !over ? await api.getStanding(caller) : null;
  return {
    view: 'month',
    title: shell.f.month(month),
    status,
    page: {
      month,
      before: monthAfter(month, -1),
      after: monthAfter(month, 1),
      over,
      begun,
      end: to,
      done,
      outcomes,
      told: outcomes && countsOf(outcomes),
      show,
      shows,
      below,
      search,
      sort,
      sorts,
      formats: reportFormats,
      totals: totalsOf(rows),
      services: rows.length,
      steps: stepsOf(rows, credits ?? [], over),
      mayCredits: credits !== null,
      mayPeriods: caller.may('periods:read'),
      locked: periods.find((each) => each.month === month) ?? null,
      wrong,
      changed: sumOf(rows, ({ latest }) => latest.changed !== null),
      incomplete: sumOf(rows, ({ latest }) => !latest.complete && latest.state === 'draft'),
      owed: sumOf(rows, isOwed),
      touching: touching.length,
      disputes: sumOf(disputes, (one) => !isOver(one)),
      revisionsDue: sumOf(disputes, isRevisionDue),
      rows: chosenRows(rows, { services, search, sort }),
      standing: standing && {
        asOf: standing.asOf,
        services: standing.services.map((one) => ({
          ...one,
          customerName: names.get(one.customer ?? '') ?? one.customer,
        })),
      },
    },
  };
}

function countsOf(outcomes: readonly Outcome[]) {
  const of = (wanted: Outcome['outcome']): number => sumOf(outcomes, ({ outcome }) => outcome === wanted);
  return { sealed: of('sealed') + of('prepared'), refused: of('refused'), incomplete: of('incomplete') };
}

/** What would be sealed, with its sums and what is incomplete, before anybody seals it. */
async function askPage(
  { api, config }: PortalOptions,
  { caller, shell, month, ask, service, reason = '', outOfOrder = '', wrong = [], keyFault }: Asked,
  status = 200,
): Promise<PageAnswer> {
  const all = await monthRows(api, caller, month, config().book);
  const known = service === '' ? all : all.filter((row) => row.service === service);
  const { keys } = await api.listKeys(caller);
  const mayNotSign = keyFault ?? (keys.some(({ current }) => current) ? null : shell.w.finance.ask.noKey);
  const changes = ask === 'revise' && known.length > 0 ? await changesOf(api, caller, month, service) : null;
  const skipping = ask === 'seal' ? await api.listUnsealedBefore(caller, { params: { month } }) : null;
  const earlier = new Map(skipping?.services.map((one) => [one.service, one.months]));
  const twoPersons = config().statements.twoPersonSealing;
  const preparations = twoPersons
    ? await api.listPreparations(caller, { params: { month }, query: {} })
    : null;
  const preparedBy = (id: string): string[] =>
    (preparations?.prepared ?? []).filter((one) => one.id === id).map(({ by }) => by);
  const rows = known.filter(
    ({ latest, service: id }) => (ask === 'seal' && latest.state === 'draft') || (changes?.has(id) ?? false),
  );
  return {
    view: 'month-ask',
    title: shell.w.finance.ask[ask](rows.length, shell.f.month(month)),
    status,
    page: {
      month,
      ask,
      service,
      reason,
      outOfOrder,
      wrong,
      keyFault: mayNotSign,
      keyCommand: 'pop-sla keys make',
      twoPersons,
      rows: rows.map((row) => ({
        ...row,
        change: changes?.get(row.service) ?? null,
        preparedBy: preparedBy(row.latest.id),
      })),
      totals: totalsOf(rows),
      early: sumOf(rows, (row) => earlier.has(row.service)),
      earlier: [...new Set(rows.flatMap((row) => earlier.get(row.service) ?? []))].sort(),
      incomplete: sumOf(rows, (row) =>
        changes ? changes.get(row.service)?.outcome === 'incomplete' : !row.latest.complete,
      ),
    },
  };
}

/** What a revision would change, by service. */
async function changesOf(api: Api, caller: Caller, month: string, service: string) {
  const query = service === '' ? {} : { service };
  const answer = await api.previewRevisions(caller, { params: { month }, query });
  const statements = answer?.statements ?? [];
  return new Map(
    statements.flatMap((one) => {
      const id = one.id.slice(month.length + 1);
      const changes = one.outcome === 'sealed' || (one.outcome === 'incomplete' && one.revision !== null);
      return changes ? [[id, one] as const] : [];
    }),
  );
}

/** Null: there is nothing to say of each statement. */
async function perform(
  api: Api,
  caller: Caller,
  act: Act,
  month: string,
  {
    service,
    incomplete,
    outOfOrder,
  }: { readonly service: string; readonly incomplete: string; readonly outOfOrder: string },
): Promise<readonly Outcome[] | null> {
  const params = { month };
  const services = service === '' ? null : [service];
  const body = { services, acceptIncomplete: orNull(incomplete) };
  switch (act) {
    case 'close':
      await api.closeStatements(caller, { params, body: { services } });
      return null;
    case 'check':
      await api.checkStatements(caller, { params });
      return null;
    case 'prepare':
      return (await api.prepareStatements(caller, { params, body: { services } })).statements;
    case 'seal':
      return (await api.sealStatements(caller, { params, body: { ...body, outOfOrder: orNull(outOfOrder) } }))
        .statements;
    case 'revise':
      return (await api.reviseStatements(caller, { params, body: { ...body, dryRun: false } })).statements;
  }
}
