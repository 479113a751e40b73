import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { windowKinds } from '../../core/standing.js';
import { maxAttachmentBytes } from '../../store/ledger-store.js';
import type { MeshJson } from '../../render/mesh.js';
import type { Caller } from '../../http/access/caller.js';
import type { ParameterFault } from '../../http/problem.js';
import { faultsIn } from '../faults-in.js';
import type { FormFile } from '../forms.js';
import { addPage, type Ask, type PageAnswer, type PortalOptions } from '../page.js';
import type { Shell } from '../shell.js';
import type { ShownReport } from './tickets.js';
import { zonedInput } from './local-time.js';

const field = (most: number) => z.string().max(most).default('');
const fields = {
  customer: field(64),
  path: field(65),
  window: field(20),
  since: field(40),
  subject: field(1000),
  text: field(20_000),
  severity: field(50),
};
const formFields = z.object(fields);
type Fields = z.output<typeof formFields>;

/** Attachments come with the form: so many of the largest may. */
export const formLimit = 3 * maxAttachmentBytes;

/** `/faults/new` and `POST /faults`: a report from a band, or in words. */
export function newTicketPages(server: FastifyInstance, portal: PortalOptions): void {
  const form = async (
    {
      ask,
      shell,
      caller,
      fields: given,
      wrong = [],
    }: { ask: Ask; shell: Shell; caller: Caller; fields: Fields; wrong?: readonly ParameterFault[] },
    status = 200,
  ): Promise<PageAnswer> => {
    const { book } = portal.config();
    const everybody = shell.principal?.customer === null;
    const today = new Date(portal.now()).toISOString().slice(0, 10);
    const mesh = shell.may('rounds:read') ? await ask<MeshJson>('getMesh') : null;
    const paths = new Set([...(mesh?.paths ?? []), ...(given.path === '' ? [] : [given.path])]);
    return {
      view: 'fault-new',
      title: shell.w.faults.newTitle,
      status,
      page: {
        ...given,
        wrong,
        windows: windowKinds,
        paths: [...paths].sort(),
        customers: chosenFrom(caller, book.customers, today),
        own: shell.principal?.customer ?? null,
        everybody,
      },
    };
  };
  addPage(server, portal, {
    // To look at a form writes nothing.
    method: 'GET',
    url: '/faults/new',
    access: 'faults:read',
    query: formFields,
    handle: ({ query, ask, shell, caller }) =>
      caller.may('faults:file') ? form({ ask, shell, caller, fields: query }) : { to: '/faults' },
  });
  addPage(server, portal, {
    method: 'POST',
    url: '/faults',
    access: 'faults:file',
    bodyLimit: formLimit,
    body: z.object({ ...fields, files: z.array(z.custom<FormFile>()).max(10).default([]) }),
    handle: async ({ body, ask, shell, caller }) => {
      const { files, customer, path, window, since, subject, text, severity } = body;
      const orNull = (value: string): string | null => (value.trim() === '' ? null : value);
      try {
        const attachments = await attachAll(ask, files);
        const filed = await ask<ShownReport>('fileFaultReport', {
          body: {
            customer: orNull(customer),
            path: orNull(path),
            window: orNull(window),
            since: zonedInput(since, shell.f.zone),
            subject: orNull(subject),
            text: orNull(text),
            severity: orNull(severity),
            attachments,
          },
        });
        return filed && { to: `/faults/${filed.id}?done=filed` };
      } catch (error) {
        const wrong = faultsIn(error);
        if (wrong === null) throw error;
        return form({ ask, shell, caller, fields: body, wrong }, 400);
      }
    },
  });
}

/** Those for whom somebody may file a report; one alone is not asked for. */
function chosenFrom<T extends { readonly id: string }>(
  { reach, sees }: Caller,
  customers: readonly T[],
  today: string,
): readonly T[] {
  const own = customers.filter(({ id }) => reach === 'all' || sees(id, today));
  return reach === 'all' || own.length > 1 ? own : [];
}

/** Keeps the files of a form; each has to be what its name says. */
export async function attachAll(ask: Ask, files: readonly FormFile[]): Promise<object[]> {
  const kept: object[] = [];
  for (const { name, content } of files) {
    const one = await ask<object>('attachToFaultReport', { query: { name }, body: content });
    if (one !== null) kept.push(one);
  }
  return kept;
}
