import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Caller } from '../../http/access/caller.js';
import type { ParameterFault } from '../../http/problem.js';
import type { FormFile } from '../forms.js';
import { addPage, type Answer, type PageAnswer, type PortalOptions } from '../page.js';
import type { Shell } from '../shell.js';

/** As the route that checks them. */
const maxBytes = 64 * 1024 * 1024;

/** `/verify`: how to check a statement without us, and a place to have it checked. */
export function verifyPages(server: FastifyInstance, portal: PortalOptions): void {
  const { api } = portal;
  const show = async (
    {
      caller,
      shell,
      found = null,
      wrong = [],
      noFile = false,
    }: {
      caller: Caller;
      shell: Shell;
      found?: Answer<'verifyEvidence'> | null;
      wrong?: readonly ParameterFault[];
      noFile?: boolean;
    },
    status = 200,
  ): Promise<PageAnswer> => {
    const { keys } = await api.listKeys(caller);
    return {
      view: 'verify',
      title: shell.w.verify.title,
      status,
      page: { keys, found, wrong, noFile },
    };
  };
  addPage(server, portal, {
    method: 'GET',
    url: '/verify',
    access: 'keys:read',
    handle: ({ caller, shell }) => show({ caller, shell }),
  });
  addPage(server, portal, {
    method: 'GET',
    url: '/verify/:key/carrier.pub',
    access: 'keys:read',
    params: z.object({ key: z.string().max(100) }),
    handle: async ({ params, caller, reply }) => {
      const key = (await api.listKeys(caller)).keys.find(({ id }) => id === params.key);
      if (!key) return null;
      await reply
        .type('application/x-pem-file')
        .header('content-disposition', 'attachment; filename="carrier.pub"')
        .send(key.pem);
      return null;
    },
  });
  addPage(server, portal, {
    method: 'POST',
    url: '/verify',
    access: 'evidence:verify',
    bodyLimit: maxBytes,
    body: z.object({ files: z.array(z.custom<FormFile>()).max(1).default([]) }),
    handle: async ({ body, caller, shell }) => {
      const content = body.files[0]?.content;
      if (content === undefined) return show({ caller, shell, noFile: true }, 400);
      return await show({ caller, shell, found: await api.verifyEvidence(caller, { body: content }) });
    },
    refused: ({ caller, shell }, wrong) => show({ caller, shell, wrong }, 400),
  });
}
