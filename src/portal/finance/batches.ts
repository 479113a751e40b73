import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Caller } from '../../http/access/caller.js';
import type { ParameterFault } from '../../http/problem.js';
import { faultsIn } from '../faults-in.js';
import { orNull } from '../forms.js';
import { addPage, type Answer, type PageAnswer, type PortalOptions } from '../page.js';
import type { Shell } from '../shell.js';

type Refused = Answer<'getBatch'>['refused'];

const ofBatch = z.object({ id: z.string().max(40) });
const text = z.string().max(2000).default('');

interface Asked {
  readonly mapping: string;
  readonly month: string | null;
  readonly postingDate: string | null;
}

/** `/credits/batches`: what is owed, made into batches, fetched, and confirmed or withdrawn as a whole. */
export function batchPages(server: FastifyInstance, portal: PortalOptions): void {
  const { api } = portal;
  const withNames = (refused: Refused) => {
    const names = new Map(portal.config().book.customers.map(({ id, name }) => [id, name]));
    return refused.map((one) => ({ ...one, name: names.get(one.billTo) ?? one.billTo }));
  };

  interface Shown {
    readonly caller: Caller;
    readonly shell: Shell;
    readonly asked?: Asked;
    readonly preview?: Answer<'makeBatch'> | null;
    readonly wrong?: readonly ParameterFault[];
  }
  const list = async (
    {
      caller,
      shell,
      asked = { mapping: 'generic', month: null, postingDate: null },
      preview = null,
      wrong = [],
    }: Shown,
    status = 200,
  ): Promise<PageAnswer> => {
    const [{ batches }, { mappings }] = await Promise.all([
      api.listBatches(caller, { query: { limit: '200' } }),
      api.listMappings(caller),
    ]);
    const refused = withNames(preview?.refused ?? []);
    const page = { batches, mappings, asked, preview, refused, wrong };
    return { view: 'batches', title: shell.w.finance.batches.title, status, page };
  };
  const show = async (
    id: string,
    { caller, wrong = [] }: Omit<Shown, 'shell'>,
    status = 200,
  ): Promise<PageAnswer> => {
    const batch = await api.getBatch(caller, { params: { id } });
    if (batch === null) return null;
    const page = { batch, refused: withNames(batch.refused), wrong };
    return { view: 'batch', title: batch.id, status, page };
  };

  addPage(server, portal, {
    method: 'GET',
    url: '/credits/batches',
    access: 'credits:read',
    handle: ({ caller, shell }) => list({ caller, shell }),
  });
  addPage(server, portal, {
    method: 'POST',
    url: '/credits/batches',
    access: 'credits:export',
    body: z.object({
      mapping: z.string().max(100).default(''),
      month: z.string().max(20).default(''),
      postingDate: z.string().max(10).default(''),
      deed: z.enum(['preview', 'make']).catch('preview').default('preview'),
    }),
    handle: async ({ body, caller, shell }) => {
      const asked = {
        mapping: body.mapping,
        // What is no month is refused: without one the batch would be of every month.
        month: orNull(body.month),
        postingDate: orNull(body.postingDate),
      };
      try {
        const made = await api.makeBatch(caller, { body: { ...asked, dryRun: body.deed === 'preview' } });
        if (body.deed === 'make' && made.batch) return { to: `/credits/batches/${made.batch.id}` };
        return await list({ caller, shell, asked, preview: made });
      } catch (error) {
        const wrong = faultsIn(error);
        if (wrong === null) throw error;
        return list({ caller, shell, asked, wrong }, 400);
      }
    },
  });
  addPage(server, portal, {
    method: 'GET',
    url: '/credits/batches/:id',
    access: 'credits:read',
    params: ofBatch,
    handle: ({ params: { id }, caller }) => show(id, { caller }),
  });
  addPage(server, portal, {
    method: 'POST',
    url: '/credits/batches/:id/fetch',
    access: 'credits:export',
    params: ofBatch,
    handle: async ({ params: { id }, caller, reply }) => {
      const { name, contentType, bytes } = await api.fetchBatch(caller, id);
      await reply
        .type(contentType)
        .header('content-disposition', `attachment; filename="${name}"`)
        .send(bytes);
      return null;
    },
    refused: ({ params: { id }, caller }, wrong) => show(id, { caller, wrong }, 400),
  });
  const deeds = {
    confirm: (caller: Caller, id: string, note: string) =>
      api.confirmBatch(caller, { params: { id }, body: { note: orNull(note) } }),
    withdraw: (caller: Caller, id: string, note: string) =>
      api.withdrawBatch(caller, { params: { id }, body: { reason: note } }),
  };
  for (const [deed, perform] of Object.entries(deeds))
    addPage(server, portal, {
      method: 'POST',
      url: `/credits/batches/:id/${deed}`,
      access: 'credits:export',
      params: ofBatch,
      body: z.object({ note: text }),
      handle: async ({ params: { id }, body, caller }) => {
        await perform(caller, id, body.note);
        return { to: `/credits/batches/${encodeURIComponent(id)}` };
      },
      refused: ({ params: { id }, caller }, wrong) => show(id, { caller, wrong }, 400),
    });
}
