import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { rules } from '../../../core/access/rules.js';
import type { ParameterFault } from '../../problem.js';
import { faultsIn } from '../faults-in.js';
import type { FormFile } from '../forms.js';
import { addPage, type Ask, type PageAnswer, type PortalOptions } from '../page.js';
import { attachAll, formLimit } from './fault-new.js';
import type { ShownReport } from './faults.js';

/** What is done by a form on the page, with the route that does it and what that takes. */
const deeds = {
  comment: { operation: 'commentsFaultReport', access: 'faults:answer' },
  close: { operation: 'closeFaultReport', access: 'faults:answer' },
  reopen: { operation: 'reopenFaultReport', access: 'faults:answer' },
  take: { operation: 'takeFaultReport', access: 'faults:work' },
  start: { operation: 'startFaultReport', access: 'faults:work' },
  accept: { operation: 'acceptFaultReport', access: 'faults:work' },
  decline: { operation: 'declineFaultReport', access: 'faults:work' },
  'hand-over': { operation: 'handOverFaultReport', access: 'faults:work' },
  resolve: { operation: 'resolveFaultReport', access: 'faults:work' },
  reject: { operation: 'rejectFaultReport', access: 'faults:work' },
} as const satisfies Record<string, { operation: string; access: keyof typeof rules }>;
type Deed = keyof typeof deeds;

const ofReport = z.object({ id: z.string().max(200) });

/** `/faults/FR-1`, and a form for everything that whoever looks may do with it now. */
export function faultPages(server: FastifyInstance, portal: PortalOptions): void {
  const show = async (
    {
      ask,
      id,
      ...more
    }: { ask: Ask; id: string; done?: string; wrong?: readonly ParameterFault[]; said?: string },
    status = 200,
  ): Promise<PageAnswer> => {
    const found = await ask<ShownReport>('getFaultReport', { params: { id } });
    if (found === null) return null;
    const { book } = portal.config();
    return {
      ...{ view: 'fault', title: `${found.id} · ${found.subject}`, status },
      page: {
        ...found,
        ...{ done: null, wrong: [], said: '', ...more },
        customerName: book.customers.find((one) => one.id === found.customer)?.name ?? found.customer,
        deeds: found.allowed.filter((deed) => deed in deeds && deed !== 'comment'),
        comment: found.allowed.includes('comment'),
      },
    };
  };
  addPage(server, portal, {
    ...{ method: 'GET', url: '/faults/:id', access: 'faults:read', params: ofReport },
    query: z.object({ done: z.string().max(20).optional() }),
    handle: ({ params: { id }, query: { done }, ask }) =>
      show({ ask, id, ...(done !== undefined && { done }) }),
  });
  for (const deed of Object.keys(deeds) as Deed[]) {
    const { operation, access } = deeds[deed];
    addPage(server, portal, {
      ...{ method: 'POST', url: `/faults/:id/${deed}`, access, params: ofReport, bodyLimit: formLimit },
      body: z.object({
        ...{ text: z.string().max(20_000).default(''), to: z.string().max(1000).default('') },
        ...{
          internal: z.literal('yes').optional(),
          files: z.array(z.custom<FormFile>()).max(10).default([]),
        },
      }),
      handle: async ({ params: { id }, body, ask }) => {
        try {
          const attachments = deed === 'comment' ? await attachAll(ask, body.files) : [];
          const done = await ask<ShownReport>(operation, {
            params: { id },
            body: wordsFor(deed, { ...body, attachments }),
          });
          return done && { to: `/faults/${done.id}?done=${deed}` };
        } catch (error) {
          const wrong = faultsIn(error);
          if (wrong === null) throw error;
          return show({ ask, id, wrong, said: body.text }, 400);
        }
      },
    });
  }
}

interface Said {
  readonly text: string;
  readonly to: string;
  readonly internal?: 'yes' | undefined;
  readonly attachments: readonly object[];
}

function wordsFor(deed: Deed, { text, to, internal, attachments }: Said): object {
  const maybe = text.trim() === '' ? null : text;
  switch (deed) {
    case 'comment':
      return { text, internal: internal === 'yes', attachments };
    case 'hand-over':
      return { to, text: maybe };
    case 'resolve':
    case 'reject':
    case 'reopen':
      return { text };
    case 'close':
    case 'decline':
      return { text: maybe };
    case 'take':
    case 'start':
    case 'accept':
      return {};
  }
}
