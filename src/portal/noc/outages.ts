import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { outage } from '../../http/ledger/answers.js';
import { zonedInput } from '../customer/local-time.js';
import type { ParameterFault } from '../../http/problem.js';
import { faultsIn } from '../faults-in.js';
import { addPage, type Ask, type PageAnswer, type PortalOptions } from '../page.js';
import type { Shell } from '../shell.js';

type Outage = z.output<typeof outage>;
type Answer = { readonly outages: readonly Outage[]; readonly total: number };

const shownMs = 31 * 86_400_000;
const most = 200;
const field = (length: number) => z.string().max(length).default('');
const deeds = { add: 'addOutage', correct: 'correctOutage', void: 'voidOutage' } as const;
type Deed = keyof typeof deeds;

/** When an outage began, as it counts or was measured. */

/** `/outages`: those that last and those of a month; and forms for what the watch did not see as it was. */
export function outagePages(server: FastifyInstance, portal: PortalOptions): void {
  addPage(server, portal, {
    method: 'GET',
    url: '/outages',
    access: 'outages:read',
    query: z.object({
      show: z.enum(['open', 'month']).catch('open').default('open'),
      done: z.string().max(20).optional(),
    }),
    handle: async ({ query: { show, done }, ask, shell }) => {
      const from = new Date(portal.now() - shownMs).toISOString();
      const those = show === 'open' ? { open: 'true' } : { from };
      const query = { ...those, order: 'newest', limit: String(most) };
      const { outages, total } = (await ask<Answer>('listOutages', { query })) ?? { outages: [], total: 0 };
      return {
        view: 'outages',
        title: shell.w.noc.outages.title,
        scripts: ['htmx.js'],
        page: {
          show,
          done: done ?? null,
          more: total - outages.length,
          now: portal.now(),
          outages,
        },
      };
    },
  });

  const form = async (
    {
      ask,
      shell,
      of,
      ...more
    }: { ask: Ask; shell: Shell; of: string; wrong?: readonly ParameterFault[]; fields?: object },
    status = 200,
  ): Promise<PageAnswer> => {
    const found = of === '' ? null : await ask<Answer>('listOutages', { query: { ref: of } });
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
    handle: ({ query: { of }, ask, shell, caller }) =>
      caller.may('outages:write') ? form({ ask, shell, of }) : { to: '/outages' },
  });
  for (const deed of Object.keys(deeds) as Deed[])
    addPage(server, portal, {
      method: 'POST',
      url: `/outages/${deed}`,
      access: 'outages:write',
      body: z.object({
        of: field(200),
        port: field(64),
        from: field(40),
        to: field(40),
        reason: field(20_000),
        evidence: field(20_000),
      }),
      handle: async ({ body, ask, shell }) => {
        const { of, port, reason, evidence } = body;
        const times = { from: zonedInput(body.from, shell.f.zone), to: zonedInput(body.to, shell.f.zone) };
        const said = { reason, evidence: evidence.trim() === '' ? null : evidence };
        try {
          await ask(deeds[deed], {
            body: {
              ...(deed === 'add' ? { port } : { of }),
              ...(deed === 'void' ? {} : times),
              ...said,
            },
          });
          return { to: `/outages?show=month&done=${deed}` };
        } catch (error) {
          const wrong = faultsIn(error);
          if (wrong === null) throw error;
          return (
            (await form({ ask, shell, of, wrong, fields: body }, 400)) ??
            form({ ask, shell, of: '', wrong }, 400)
          );
        }
      },
    });
}
