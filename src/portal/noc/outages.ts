import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { zonedInput } from '../customer/local-time.js';
import type { Caller } from '../../http/access/caller.js';
import type { ParameterFault } from '../../http/problem.js';
import { addDays, isLocalDate, startOfDay } from '../../core/time/calendar.js';
import { isoInstant } from '../../render/figures.js';
import { addPage, type PageAnswer, type PortalOptions } from '../page.js';
import type { Shell } from '../shell.js';

const shownDays = 31;
export const shownMs = shownDays * 86_400_000;
const most = 200;
const field = (length: number) => z.string().max(length).default('');
const actions = ['add', 'correct', 'void'] as const;

function monthFrom(day: string, zone: string): { readonly from: string; readonly to: string } {
  const at = (date: string): string => isoInstant(startOfDay(date, zone));
  return { from: at(day), to: at(addDays(day, shownDays)) };
}

/** `/outages`: those that last and those of a month; and forms for what the watch did not see as it was. */
export function outagePages(server: FastifyInstance, portal: PortalOptions): void {
  const { api } = portal;
  addPage(server, portal, {
    method: 'GET',
    url: '/outages',
    access: 'outages:read',
    query: z.object({
      show: z.enum(['open', 'month']).catch('open').default('open'),
      port: z.string().max(32).catch('').default(''),
      // A month from that day on, for what is older than the last one.
      from: z.string().max(20).optional(),
      done: z.string().max(20).optional(),
    }),
    handle: async ({ query: { show, port, from: day, done }, caller, shell }) => {
      const since = day !== undefined && isLocalDate(day) ? day : null;
      const period = since === null ? null : monthFrom(since, shell.f.zone);
      const last = { from: isoInstant(portal.now() - shownMs) };
      const those = show === 'open' ? { open: 'true' as const } : (period ?? last);
      const { groups, total } = await api.listOutageGroups(caller, {
        query: { ...those, ...(port !== '' && { port }), order: 'newest', limit: String(most) },
      });
      return {
        view: 'outages',
        title: shell.w.noc.outages.title,
        scripts: ['htmx.js', 'live.js'],
        page: {
          show,
          port,
          from: since,
          period: show === 'month' ? period : null,
          done: done ?? null,
          more: total - groups.length,
          now: portal.now(),
          groups,
        },
      };
    },
  });

  const form = async (
    {
      caller,
      shell,
      of,
      ...more
    }: { caller: Caller; shell: Shell; of: string; wrong?: readonly ParameterFault[]; fields?: object },
    status = 200,
  ): Promise<PageAnswer> => {
    const found = of === '' ? null : await api.listOutages(caller, { query: { ref: of } });
    const outage = found?.outages[0] ?? null;
    if (of !== '' && outage === null) return null;
    const span = outage?.counts ?? null;
    const local = (at: string | null | undefined): string => (at ? shell.f.iso(at).slice(0, 16) : '');
    return {
      view: 'outage-change',
      title: shell.w.noc.outages[outage ? 'change' : 'add'],
      status,
      page: {
        of,
        outage,
        wrong: [],
        ports: portal.config().pops.map(({ id }) => id),
        fields: { port: '', from: local(span?.from), to: local(span?.to), reason: '', evidence: '' },
        ...more,
      },
    };
  };
  addPage(server, portal, {
    method: 'GET',
    url: '/outages/change',
    access: 'outages:read',
    query: z.object({ of: field(200) }),
    // To look at a form writes nothing.
    handle: ({ query: { of }, shell, caller }) =>
      caller.may('outages:write') ? form({ caller, shell, of }) : { to: '/outages' },
  });
  for (const action of actions)
    addPage(server, portal, {
      method: 'POST',
      url: `/outages/${action}`,
      access: 'outages:write',
      body: z.object({
        of: field(200),
        port: field(64),
        from: field(40),
        to: field(40),
        reason: field(20_000),
        evidence: field(20_000),
      }),
      handle: async ({ body, caller, shell }) => {
        const { of, port, reason, evidence } = body;
        const times = { from: zonedInput(body.from, shell.f.zone), to: zonedInput(body.to, shell.f.zone) };
        const reasons = { reason, evidence: evidence.trim() === '' ? null : evidence };
        if (action === 'add') await api.addOutage(caller, { body: { port, ...times, ...reasons } });
        else if (action === 'correct')
          await api.correctOutage(caller, { body: { of, ...times, ...reasons } });
        else await api.voidOutage(caller, { body: { of, ...reasons } });
        return { to: `/outages?show=month&done=${action}` };
      },
      refused: async ({ body, caller, shell }, wrong) =>
        (await form({ caller, shell, of: body.of, wrong, fields: body }, 400)) ??
        form({ caller, shell, of: '', wrong }, 400),
    });
}
