import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { isMonthName } from '../../core/time/calendar.js';
import type { Caller } from '../../http/access/caller.js';
import type { ParameterFault } from '../../http/problem.js';
import { faultsIn } from '../faults-in.js';
import { addPage, type PageAnswer, type PortalOptions } from '../page.js';
import type { Shell } from '../shell.js';

const pageLength = '200';
const ofCredit = z.object({ id: z.string().max(200) });
const place = z
  .string()
  .max(15)
  .regex(/^\d{1,15}$/)
  .catch('0')
  .default('0');
const text = z.string().max(2000).default('');

/** Where the list goes on: of a month by the credits' numbers, of all by the feed. */
const nextOf = (month: string | null, after: string, since: number): string =>
  new URLSearchParams(month === null ? { since: String(since) } : { month, after }).toString();

/** `/credits`: what statements owe, from a claim to its payment. */
export function creditPages(server: FastifyInstance, portal: PortalOptions): void {
  const { api } = portal;
  interface Shown {
    readonly caller: Caller;
    readonly shell: Shell;
    readonly month?: string | undefined;
    readonly since?: string;
    /** Of a month's: the last credit of the page before. */
    readonly after?: string | undefined;
    readonly done?: string | null;
    readonly wrong?: readonly ParameterFault[];
  }
  const show = async (
    { caller, shell, month, since = '0', after, done = null, wrong = [] }: Shown,
    status = 200,
  ): Promise<PageAnswer> => {
    const of = month !== undefined && isMonthName(month) ? month : null;
    const beginsAt = of === null ? { since } : { month: of, ...(after !== undefined && { after }) };
    const query = { limit: pageLength, ...beginsAt };
    const { credits, cursor } = await api.listCredits(caller, { query });
    const names = new Map(portal.config().book.customers.map(({ id, name }) => [id, name]));
    return {
      view: 'credits',
      title: shell.w.finance.credits.title,
      status,
      page: {
        month: of,
        done,
        wrong,
        since,
        asked: new URLSearchParams(query).toString(),
        credits: credits.map((one) => ({ ...one, customerName: names.get(one.customer) ?? one.customer })),
        next: credits.length < Number(pageLength) ? null : nextOf(of, credits.at(-1)?.id ?? '', cursor),
      },
    };
  };
  addPage(server, portal, {
    method: 'GET',
    url: '/credits',
    access: 'credits:read',
    query: z.object({
      month: z.string().max(20).optional(),
      since: place,
      after: z.string().max(200).optional(),
      done: z.string().max(20).optional(),
    }),
    handle: ({ query: { month, since, after, done }, caller, shell }) =>
      show({ caller, shell, month, since, after, done: done ?? null }),
  });
  const orNull = (note: string): string | null => (note.trim() === '' ? null : note);
  const deeds = {
    claim: (caller: Caller, id: string, { note, late }: Said) =>
      api.claimCredit(caller, { params: { id }, body: { note: orNull(note), late: late === 'yes' } }),
    settle: (caller: Caller, id: string, { note }: Said) =>
      api.settleCredits(caller, { body: { ids: [id], note: orNull(note) } }),
    reverse: (caller: Caller, id: string, { note }: Said) =>
      api.reverseCredit(caller, { params: { id }, body: { reason: note } }),
  };
  for (const [deed, perform] of Object.entries(deeds))
    addPage(server, portal, {
      method: 'POST',
      url: `/credits/:id/${deed}`,
      access: 'credits:write',
      params: ofCredit,
      body: z.object({ note: text, late: z.literal('yes').optional(), month: text }),
      handle: async ({ params: { id }, body, caller, shell }) => {
        const month = isMonthName(body.month) ? body.month : undefined;
        try {
          await perform(caller, id, body);
          return { to: `/credits?done=${deed}${month === undefined ? '' : `&month=${month}`}` };
        } catch (error) {
          const wrong = faultsIn(error);
          if (wrong === null) throw error;
          return show({ caller, shell, month, wrong }, 400);
        }
      },
    });
}

interface Said {
  readonly note: string;
  readonly late?: 'yes' | undefined;
}
