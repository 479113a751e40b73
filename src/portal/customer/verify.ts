import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { ParameterFault } from '../../http/problem.js';
import { faultsIn } from '../faults-in.js';
import type { FormFile } from '../forms.js';
import { addPage, type Ask, type PageAnswer, type PortalOptions } from '../page.js';
import type { Shell } from '../shell.js';

/** As the route that checks them. */
const maxBytes = 64 * 1024 * 1024;

interface Keys {
  readonly keys: readonly { readonly id: string; readonly pem: string; readonly current: boolean }[];
}

interface Verified {
  readonly verified: boolean;
  readonly why: string | null;
  readonly signedBy: string | null;
  readonly ours: boolean;
  readonly statement: { readonly id: string; readonly revision: number } | null;
  readonly differences: readonly {
    readonly field: string;
    readonly stated: string;
    readonly recomputed: string;
  }[];
}

/** `/verify`: how to check a statement without us, and a place to have it checked. */
export function verifyPages(server: FastifyInstance, portal: PortalOptions): void {
  const show = async (
    {
      ask,
      shell,
      found = null,
      wrong = [],
      noFile = false,
    }: {
      ask: Ask;
      shell: Shell;
      found?: Verified | null;
      wrong?: readonly ParameterFault[];
      noFile?: boolean;
    },
    status = 200,
  ): Promise<PageAnswer> => {
    const keys = await ask<Keys>('listKeys');
    return {
      view: 'verify',
      title: shell.w.verify.title,
      status,
      page: { keys: keys?.keys ?? [], found, wrong, noFile },
    };
  };
  addPage(server, portal, {
    method: 'GET',
    url: '/verify',
    access: 'keys:read',
    handle: ({ ask, shell }) => show({ ask, shell }),
  });
  addPage(server, portal, {
    method: 'GET',
    url: '/verify/:key/carrier.pub',
    access: 'keys:read',
    params: z.object({ key: z.string().max(100) }),
    handle: async ({ params, ask, reply }) => {
      const key = (await ask<Keys>('listKeys'))?.keys.find(({ id }) => id === params.key);
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
    handle: async ({ body, ask, shell }) => {
      const content = body.files[0]?.content;
      if (content === undefined) return show({ ask, shell, noFile: true }, 400);
      try {
        return await show({ ask, shell, found: await ask<Verified>('verifyEvidence', { body: content }) });
      } catch (error) {
        const wrong = faultsIn(error);
        if (wrong === null) throw error;
        return show({ ask, shell, wrong }, 400);
      }
    },
  });
}
