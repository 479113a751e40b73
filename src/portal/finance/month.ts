import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { isMonthName, monthAfter } from '../../core/time/calendar.js';
import { reportFormats } from '../../render/report/formats.js';
import type { Caller } from '../../http/access/caller.js';
import type { Api } from '../../http/http.js';
import type { ParameterFault } from '../../http/problem.js';
import { faultsIn } from '../faults-in.js';
import { addPage, type Answer, type PageAnswer, type PortalOptions } from '../page.js';
import type { Shell } from '../shell.js';
import { byService, statementsOf, totalsOf } from './statement.js';

type Outcome = Answer<'sealStatements'>['statements'][number];

const ofMonth = z.object({ month: z.string().max(20) });
const acts = ['seal', 'revise', 'differences', 'close', 'check'] as const;
type Act = (typeof acts)[number];

/** `/months/2026-10`: every statement of a month as it stands, what it adds up to, and what can be done with it. */
export function monthPages(server: FastifyInstance, portal: PortalOptions): void {
  const { api } = portal;
  addPage(server, portal, {
    method: 'GET',
    url: '/months',
    access: 'statements:read',
    handle: ({ shell }) => ({ to: `/months/${monthAfter(shell.f.iso(portal.now()).slice(0, 7), -1)}` }),
  });

  interface Shown {
    readonly caller: Caller;
    readonly shell: Shell;
    readonly month: string;
    readonly show?: string;
    readonly wrong?: readonly ParameterFault[];
    readonly outcomes?: readonly Outcome[] | null;
    readonly done?: string | null;
  }
  const show = async (
    { caller, shell, month, show: only = 'all', wrong = [], outcomes = null, done = null }: Shown,
    status = 200,
  ): Promise<PageAnswer> => {
    if (!isMonthName(month)) return null;
    const months = byService(await statementsOf(api, caller, { month }));
    const { book } = portal.config();
    const customers = new Map(book.customers.map(({ id, name }) => [id, name]));
    const sealed = months.filter(({ latest }) => latest.state === 'sealed');
    const rows = months.filter(
      ({ latest }) =>
        only === 'all' || (only === 'changed' ? latest.changed !== null : only === latest.state),
    );
    return {
      view: 'month',
      title: shell.f.month(month),
      status,
      page: {
        month,
        before: monthAfter(month, -1),
        after: monthAfter(month, 1),
        wrong,
        outcomes,
        done,
        show: only,
        shows: ['all', 'draft', 'sealed', 'changed'],
        formats: reportFormats,
        totals: totalsOf(months),
        services: months.length,
        sealed: sealed.length,
        drafts: months.length - sealed.length,
        changed: months.filter(({ latest }) => latest.changed !== null).length,
        incomplete: months.filter(({ latest }) => !latest.complete).length,
        rows: rows.map((row) => ({
          ...row,
          customerName: customers.get(row.latest.customer) ?? row.latest.customer,
        })),
      },
    };
  };
  addPage(server, portal, {
    method: 'GET',
    url: '/months/:month',
    access: 'statements:read',
    params: ofMonth,
    query: z.object({
      show: z.enum(['all', 'draft', 'sealed', 'changed']).catch('all').default('all'),
      done: z.string().max(20).optional(),
    }),
    handle: ({ params: { month }, query, caller, shell }) =>
      show({ caller, shell, month, show: query.show, done: query.done ?? null }),
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
      }),
      handle: async ({ params: { month }, body, caller, shell }) => {
        try {
          const outcomes = await perform(api, caller, act, month, body);
          if (outcomes === null) return { to: `/months/${encodeURIComponent(month)}?done=${act}` };
          return await show({ caller, shell, month, outcomes, done: act });
        } catch (error) {
          const wrong = faultsIn(error);
          if (wrong === null) throw error;
          return show({ caller, shell, month, wrong }, 400);
        }
      },
    });
}

/** Null: there is nothing to say of each statement. */
async function perform(
  api: Api,
  caller: Caller,
  act: Act,
  month: string,
  { service, incomplete }: { readonly service: string; readonly incomplete: string },
): Promise<readonly Outcome[] | null> {
  const params = { month };
  const services = service.trim() === '' ? null : [service.trim()];
  const body = { services, acceptIncomplete: incomplete.trim() === '' ? null : incomplete };
  switch (act) {
    case 'close':
      await api.closeStatements(caller, { params, body: { services } });
      return null;
    case 'check':
      await api.checkStatements(caller, { params });
      return null;
    case 'seal':
      return (await api.sealStatements(caller, { params, body })).statements;
    case 'revise':
    case 'differences': {
      const dryRun = act === 'differences';
      return (await api.reviseStatements(caller, { params, body: { ...body, dryRun } })).statements;
    }
  }
}
