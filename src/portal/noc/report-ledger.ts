import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { CustomerRegistry } from '../../core/customer/book.js';
import { exclusionKinds } from '../../core/exclusion.js';
import type { report } from '../../http/tickets/answers.js';
import type { outage } from '../../http/ledger/answers.js';
import { zonedInput } from '../customer/local-time.js';
import type { ParameterFault } from '../../http/problem.js';
import { faultsIn } from '../faults-in.js';
import { addPage, type Ask, type PageAnswer, type PortalOptions } from '../page.js';
import type { Shell } from '../shell.js';

type Report = z.output<typeof report>;
type Outage = z.output<typeof outage>;

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
const orNull = (text: string): string | null => (text.trim() === '' ? null : text.trim());

/** What each form asks of the API. */
const deeds = {
  'to-outage': {
    operation: 'faultReportToOutage',
    body: ({ of, port, reason }: Fields, times: object) => ({
      ...times,
      of: orNull(of),
      port: orNull(port),
      reason: orNull(reason),
    }),
  },
  'to-exclusion': {
    operation: 'faultReportToExclusion',
    body: ({ kind, scope, reason, proof }: Fields, times: object) => ({
      ...times,
      kind,
      reason: orNull(reason),
      proof: orNull(proof),
      scope: orNull(scope)?.split(/[\s,]+/) ?? null,
    }),
  },
  link: { operation: 'linkFaultReport', body: ({ incident }: Fields) => ({ to: incident }) },
} as const;
type Deed = keyof typeof deeds;

/** `/faults/F1/ledger`: a report becomes an outage or an exclusion in one step, or part of another one's incident. */
export function reportLedgerPages(server: FastifyInstance, portal: PortalOptions): void {
  interface Shown {
    readonly ask: Ask;
    readonly shell: Shell;
    readonly id: string;
    readonly wrong?: readonly ParameterFault[];
    readonly said?: Fields;
  }
  const show = async ({ ask, shell, id, wrong = [], said }: Shown, status = 200): Promise<PageAnswer> => {
    const found = await ask<Report>('getFaultReport', { params: { id } });
    if (found === null) return null;
    const local = (at: string | number): string => shell.f.iso(at).slice(0, 19);
    const [, destination = ''] = found.path?.split('>') ?? [];
    const { pops, book } = portal.config();
    return {
      view: 'report-ledger',
      title: `${found.id} · ${shell.w.noc.report.title}`,
      status,
      page: {
        report: found,
        wrong,
        kinds: exclusionKinds,
        ports: pops.map((pop) => pop.id),
        outages: await outagesNear(ask, found, portsOf(found, book)),
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
    handle: ({ params: { id }, ask, shell, caller }) =>
      caller.may('faults:work') ? show({ ask, shell, id }) : { to: `/faults/${encodeURIComponent(id)}` },
  });
  for (const deed of Object.keys(deeds) as Deed[])
    addPage(server, portal, {
      method: 'POST',
      url: `/faults/:id/${deed}`,
      access: 'faults:work',
      params: ofReport,
      body: z.object(fields),
      handle: async ({ params: { id }, body, ask, shell }) => {
        const { zone } = shell.f;
        const times = { from: zonedInput(body.from, zone) ?? '', to: zonedInput(body.to, zone) ?? '' };
        try {
          const done = await ask<Report>(deeds[deed].operation, {
            params: { id },
            body: deeds[deed].body(body, times),
          });
          return done && { to: `/faults/${done.id}?done=${deed}` };
        } catch (error) {
          const wrong = faultsIn(error);
          if (wrong === null) throw error;
          return show({ ask, shell, id, wrong, said: body }, 400);
        }
      },
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
async function outagesNear(ask: Ask, { since }: Report, ports: readonly string[]): Promise<Outage[]> {
  const from = new Date(Date.parse(since) - beforeMs).toISOString();
  const found: Outage[] = [];
  for (const port of ports) {
    const answer = await ask<{ readonly outages: readonly Outage[] }>('listOutages', {
      query: { port, from, order: 'newest' },
    });
    found.push(...(answer?.outages ?? []).filter(({ counts }) => counts !== null));
  }
  return found.sort((a, b) => ((a.counts?.from ?? '') < (b.counts?.from ?? '') ? 1 : -1)).slice(0, 100);
}
