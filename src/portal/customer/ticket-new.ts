import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { subjectOf } from '../../render/ticket-texts.js';
import { type WindowKind, windowKinds } from '../../core/standing.js';
import { maxAttachmentBytes } from '../../store/ledger-store.js';
import type { Caller } from '../../http/access/caller.js';
import type { Api } from '../../http/http.js';
import type { ParameterFault } from '../../http/problem.js';
import type { FormFile } from '../forms.js';
import { addPage, type Answer, type PageAnswer, type PortalOptions } from '../page.js';
import type { Shell } from '../shell.js';
import { zonedInput } from './local-time.js';
import { openStates } from './tickets.js';

const field = (most: number) => z.string().max(most).default('');
const fields = {
  customer: field(64),
  path: field(65),
  window: z.enum(['', ...windowKinds]).default(''),
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
  const { api } = portal;
  const form = async (
    {
      shell,
      caller,
      fields: given,
      wrong = [],
    }: { shell: Shell; caller: Caller; fields: Fields; wrong?: readonly ParameterFault[] },
    status = 200,
  ): Promise<PageAnswer> => {
    const { book } = portal.config();
    const everybody = shell.principal?.customer === null;
    const today = new Date(portal.now()).toISOString().slice(0, 10);
    const mesh = shell.may('rounds:read') ? await api.getMesh(caller) : null;
    const known = mesh !== null && given.path !== '' && mesh.paths.some((one) => one === given.path);
    const paths = new Set([...(mesh?.paths ?? []), ...(given.path === '' ? [] : [given.path])]);
    return {
      view: 'fault-new',
      title: shell.w.faults.newTitle,
      status,
      page: {
        ...given,
        wrong,
        bands: known && given.window !== '' ? await bandsOf(api, caller, given.path, given.window) : [],
        onPath: known ? await openOn(api, caller, given.path, shell) : [],
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
    handle: ({ query, shell, caller }) =>
      caller.may('faults:file') ? form({ shell, caller, fields: query }) : { to: '/faults' },
  });
  addPage(server, portal, {
    method: 'POST',
    url: '/faults',
    access: 'faults:file',
    bodyLimit: formLimit,
    body: z.object({ ...fields, files: z.array(z.custom<FormFile>()).max(10).default([]) }),
    handle: async ({ body, shell, caller }) => {
      const { files, customer, path, window, since, subject, text, severity } = body;
      const orNull = (value: string): string | null => (value.trim() === '' ? null : value);
      const attachments = await attachAll(api, caller, files);
      const filed = await api.fileFaultReport(caller, {
        body: {
          customer: orNull(customer),
          path: orNull(path),
          window: window === '' ? null : window,
          since: zonedInput(since, shell.f.zone),
          subject: orNull(subject),
          text: orNull(text),
          severity: orNull(severity),
          attachments,
        },
      });
      return filed && { to: `/faults/${filed.id}?done=filed` };
    },
    refused: ({ body, shell, caller }, wrong) => form({ shell, caller, fields: body, wrong }, 400),
  });
}

/** The figures of a path over a window, which a report freezes. */
async function bandsOf(api: Api, caller: Caller, path: string, window: WindowKind) {
  const answer = await api.getBands(caller, { query: { path } });
  return (answer?.bands ?? []).filter((band) => band.window === window);
}

/** The reports on a path that are not settled: a comment on one of them may be all that is needed. */
async function openOn(api: Api, caller: Caller, path: string, shell: Shell) {
  const query = { path, state: openStates, limit: '5' };
  const { reports } = await api.listFaultReports(caller, { query });
  return reports.map((one) => ({ ...one, subject: subjectOf(one, shell) }));
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
export async function attachAll(
  api: Pick<Api, 'attachToFaultReport'>,
  caller: Caller,
  files: readonly FormFile[],
): Promise<Answer<'attachToFaultReport'>[]> {
  const kept = [];
  for (const { name, content } of files) {
    kept.push(await api.attachToFaultReport(caller, { query: { name }, body: content }));
  }
  return kept;
}
