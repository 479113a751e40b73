import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { reportFormats } from '../../render/report/formats.js';
import { listedStatements } from '../finance/statement.js';
import { addPage, type Answer, type PortalOptions } from '../page.js';

type ShownStatement = Answer<'listStatements'>['statements'][number];

/** So many months are on a page. */
const monthsShown = 6;

/** `/statements`: every month that was drawn up, to download in every format and language. */
export function statementsPage(server: FastifyInstance, portal: PortalOptions): void {
  addPage(server, portal, {
    method: 'GET',
    url: '/statements',
    access: 'statements:read',
    query: z.object({ before: z.string().max(7).optional() }),
    handle: async ({ query: { before }, shell, caller }) => {
      // Who works here has them by month, with what can be done with them.
      if (caller.reach === 'all') return { to: '/months' };
      const all = await listedStatements(portal.api, caller, {});
      const months = [...new Set(all.map(({ month }) => month))].sort().reverse();
      const from = before === undefined ? months : months.filter((month) => month < before);
      const shown = from.slice(0, monthsShown);
      const names = new Map(portal.config().book.customers.map(({ id, name }) => [id, name]));
      return {
        view: 'statements',
        title: shell.w.statements.title,
        page: {
          months: shown.map((month) => ({ month, services: servicesOf(all, month, names) })),
          older: from.length > shown.length ? (shown.at(-1) ?? null) : null,
          named: new Set(all.map(({ customer }) => customer)).size > 1,
          amounts: all.some(({ rent }) => rent !== null),
          withheld: all.some(({ rent }) => rent === null),
          formats: reportFormats,
          evidence: caller.may('evidence:read'),
        },
      };
    },
  });
}

/** Each service once: what holds of it, and the revisions before. */
function servicesOf(all: readonly ShownStatement[], month: string, names: ReadonlyMap<string, string>) {
  const byService = new Map<string, ShownStatement[]>();
  for (const one of all.filter((each) => each.month === month))
    byService.set(one.service, [...(byService.get(one.service) ?? []), one]);
  return [...byService].flatMap(([, revisions]) => {
    const sealed = revisions
      .filter(({ state }) => state === 'sealed')
      .sort((a, b) => b.revision - a.revision);
    const latest = sealed[0] ?? revisions[0];
    if (latest === undefined) return [];
    const customerName = names.get(latest.customer) ?? latest.customer;
    return [{ ...latest, customerName, revisions: sealed.map(({ revision }) => revision) }];
  });
}
