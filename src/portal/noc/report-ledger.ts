import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { CustomerRegistry } from '../../core/customer/book.js';
import { exclusionKinds } from '../../core/exclusion.js';
import type { Caller } from '../../http/access/caller.js';
import type { Api } from '../../http/http.js';
import { zonedInput } from '../customer/local-time.js';
import type { ParameterFault } from '../../http/problem.js';
import { subjectOf } from '../../render/ticket-texts.js';
import { orNull } from '../forms.js';
import { addPage, type Answer, type PageAnswer, type PortalOptions } from '../page.js';
import type { Shell } from '../shell.js';

type Report = Answer<'getFaultReport'>;
type Outage = Answer<'listOutages'>['outages'][number];

/** Outages from so long before a report are offered to be corrected by it. */
const beforeMs = 86_400_000;
const field = (length: number) => z.string().max(length).default('');
const fields = {
  from: field(40),
  to: field(40),
  port: field(64),
  of: field(200),
  kind: field(50),
  scope: field(5000),
  reason: field(20_000),
  proof: field(20_000),
  incident: field(20),
};
type Fields = z.output<z.ZodObject<typeof fields>>;
const ofReport = z.object({ id: z.string().max(200) });

interface Asked {
  readonly api: Api;
  readonly caller: Caller;
  readonly params: { readonly id: string };
}
interface Times {
  readonly from: string;
  readonly to: string;
}

/** What each form asks of the API. */
const deeds = {
  'to-outage': ({ api, caller, params }: Asked, { of, port, reason }: Fields, times: Times) =>
    api.faultReportToOutage(caller, {
      params,
      body: { ...times, of: orNull(of), port: orNull(port), reason: orNull(reason) },
    }),
  'to-exclusion': ({ api, caller, params }: Asked, fields: Fields, times: Times) =>
    api.faultReportToExclusion(caller, {
      params,
      body: {
        ...times,
        kind: fields.kind,
        reason: orNull(fields.reason),
        proof: orNull(fields.proof),
        scope: orNull(fields.scope)?.split(/[\s,]+/) ?? null,
      },
    }),
  link: ({ api, caller, params }: Asked, { incident }: Fields) =>
    api.faultReportTransitions.link(caller, { params, body: { to: incident } }),
};
type Deed = keyof typeof deeds;

/** `/faults/F1/ledger`: a report becomes an outage or an exclusion in one step, or part of another one's incident. */
export function reportLedgerPages(server: FastifyInstance, portal: PortalOptions): void {
  const { api } = portal;
  interface Shown {
    readonly caller: Caller;
    readonly shell: Shell;
    readonly id: string;
    readonly wrong?: readonly ParameterFault[];
    readonly said?: Fields;
  }
  const show = async ({ caller, shell, id, wrong = [], said }: Shown, status = 200): Promise<PageAnswer> => {
    const found = await api.getFaultReport(caller, { params: { id } });
    if (found === null) return null;
    const local = (at: string | number): string => shell.f.iso(at).slice(0, 19);
    const [, destination = ''] = found.path?.split('>') ?? [];
    const { pops, book } = portal.config();
    return {
      view: 'report-ledger',
      title: `${found.id} · ${shell.w.noc.report.title}`,
      status,
      page: {
        report: { ...found, subject: subjectOf(found, shell) },
        wrong,
        kinds: exclusionKinds,
        ports: pops.map((pop) => pop.id),
        outages: await outagesNear(api, caller, found, portsOf(found, book)),
        fields: {
          from: local(found.since),
          to: local(portal.now()),
          port: destination,
          of: '',
          kind: '',
          scope: '',
          reason: '',
          proof: '',
          incident: '',
          ...said,
        },
      },
    };
  };
  addPage(server, portal, {
    // To look at a form writes nothing.
    method: 'GET',
    url: '/faults/:id/ledger',
    access: 'faults:read',
    params: ofReport,
    handle: ({ params: { id }, shell, caller }) =>
      caller.may('faults:work') ? show({ caller, shell, id }) : { to: `/faults/${encodeURIComponent(id)}` },
  });
  for (const deed of Object.keys(deeds) as Deed[])
    addPage(server, portal, {
      method: 'POST',
      url: `/faults/:id/${deed}`,
      access: 'faults:work',
      params: ofReport,
      body: z.object(fields),
      handle: async ({ params: { id }, body, caller, shell }) => {
        const { zone } = shell.f;
        const times = { from: zonedInput(body.from, zone) ?? '', to: zonedInput(body.to, zone) ?? '' };
        const done = await deeds[deed]({ api, caller, params: { id } }, body, times);
        return done && { to: `/faults/${done.id}?done=${deed}` };
      },
      refused: ({ params: { id }, body, caller, shell }, wrong) =>
        show({ caller, shell, id, wrong, said: body }, 400),
    });
}

/** Where an outage that it speaks of may have been: the ends of its path, or of its service's lines. */
function portsOf({ path, service }: Report, { services, lines }: CustomerRegistry): string[] {
  if (path !== null) return path.split('>');
  const own = new Set(
    services.filter(({ id }) => id === service).flatMap(({ terms }) => terms.flatMap((each) => each.lines)),
  );
  return [...new Set(lines.filter(({ id }) => own.has(id)).map(({ pop }) => pop))];
}

/** What was measured there shortly before it and since, newest first. */
async function outagesNear(
  api: Api,
  caller: Caller,
  { since }: Report,
  ports: readonly string[],
): Promise<Outage[]> {
  const from = new Date(Date.parse(since) - beforeMs).toISOString();
  const found: Outage[] = [];
  for (const port of ports) {
    const answer = await api.listOutages(caller, {
      query: { port, from, order: 'newest' },
    });
    found.push(...answer.outages.filter(({ counts }) => counts !== null));
  }
  return found.sort((a, b) => ((a.counts?.from ?? '') < (b.counts?.from ?? '') ? 1 : -1)).slice(0, 100);
}
