import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { subjectOf, textOf } from '../../render/ticket-texts.js';
import type { Action } from '../../core/access/rules.js';
import { merge } from '../../core/time/intervals.js';
import type { EpochMs } from '../../core/types.js';
import type { Caller } from '../../http/access/caller.js';
import type { Api } from '../../http/http.js';
import type { ParameterFault } from '../../http/problem.js';
import { isoInstant } from '../../render/figures.js';
import { everyPage, type FormFile } from '../forms.js';
import { addPage, type Answer, type PageAnswer, type PortalOptions } from '../page.js';
import type { Shell } from '../shell.js';
import { attachAll, formLimit } from './ticket-new.js';

/** What is done by a form on the page, and what somebody needs for it. */
const deeds = {
  comment: 'faults:answer',
  withdraw: 'faults:answer',
  close: 'faults:answer',
  reopen: 'faults:answer',
  take: 'faults:work',
  start: 'faults:work',
  accept: 'faults:work',
  decline: 'faults:work',
  'hand-over': 'faults:work',
  resolve: 'faults:work',
  reject: 'faults:work',
} as const satisfies Record<string, Action>;
type Deed = keyof typeof deeds;

const ofReport = z.object({ id: z.string().max(200) });

const figure = z.object({ band: z.string().nullable(), held: z.number(), due: z.number() });
/** What of frozen evidence a page shows; more stands in its file. */
const frozenBand = z.object({
  path: z.string(),
  window: z.string(),
  latency: figure.extend({
    us: z.number().nullable(),
    commitmentUs: z.number().nullable(),
    excessPercent: z.string().nullable(),
  }),
  loss: figure.extend({ ppm: z.number().nullable() }),
});
type FrozenBand = z.output<typeof frozenBand>;

/** The figures that were frozen when a report was filed, of the window that it was filed from, by path. */
async function frozenOf(
  api: Api,
  caller: Caller,
  report: Answer<'getFaultReport'>,
): Promise<readonly FrozenBand[]> {
  if (report.evidence === null) return [];
  const { window } = report.evidence;
  const content = await api.getFaultEvidence(caller, { params: { id: report.id } });
  const read = z.object({ bands: z.array(frozenBand) }).safeParse(content);
  return read.success ? read.data.bands.filter((band) => band.window === window) : [];
}

/** `/faults/FR-1`, and a form for everything that whoever looks may do with it now. */
export function ticketPages(server: FastifyInstance, portal: PortalOptions): void {
  const { api } = portal;
  const show = async (
    {
      caller,
      shell,
      id,
      ...more
    }: {
      caller: Caller;
      shell: Shell;
      id: string;
      done?: string;
      wrong?: readonly ParameterFault[];
      said?: string;
    },
    status = 200,
  ): Promise<PageAnswer> => {
    const found = await api.getFaultReport(caller, { params: { id } });
    if (found === null) return null;
    const { book } = portal.config();
    return {
      view: 'fault',
      title: `${found.id} · ${subjectOf(found, shell)}`,
      status,
      page: {
        ...found,
        subject: subjectOf(found, shell),
        text: textOf(found, shell),
        frozen: await frozenOf(api, caller, found),
        done: null,
        wrong: [],
        said: '',
        ...more,
        customerName: book.customers.find((one) => one.id === found.customer)?.name ?? found.customer,
        deeds: found.allowed.filter((deed) => deed in deeds && deed !== 'comment'),
        comment: found.allowed.includes('comment'),
      },
    };
  };
  addPage(server, portal, {
    method: 'GET',
    url: '/faults/:id',
    access: 'faults:read',
    params: ofReport,
    query: z.object({ done: z.string().max(20).optional() }),
    handle: ({ params: { id }, query: { done }, caller, shell }) =>
      show({ caller, shell, id, ...(done !== undefined && { done }) }),
  });
  for (const deed of Object.keys(deeds) as Deed[]) {
    addPage(server, portal, {
      method: 'POST',
      url: `/faults/:id/${deed}`,
      access: deeds[deed],
      params: ofReport,
      bodyLimit: formLimit,
      body: z.object({
        text: z.string().max(20_000).default(''),
        to: z.string().max(1000).default(''),
        internal: z.literal('yes').optional(),
        files: z.array(z.custom<FormFile>()).max(10).default([]),
      }),
      handle: async ({ params, body, caller }) => {
        const done = await perform(api, caller, deed, params, body);
        return done && { to: `/faults/${done.id}?done=${deed}` };
      },
      refused: ({ params, body, caller, shell }, wrong) =>
        show({ caller, shell, ...params, wrong, said: body.text }, 400),
    });
  }
}

interface Said {
  readonly text: string;
  readonly to: string;
  readonly internal?: 'yes' | undefined;
  readonly files: readonly FormFile[];
}

async function perform(
  { faultReportTransitions: transitions, ...api }: Api,
  caller: Caller,
  deed: Deed,
  params: { readonly id: string },
  { text, to, internal, files }: Said,
): Promise<Answer<'getFaultReport'> | null> {
  const maybe = text.trim() === '' ? null : text;
  switch (deed) {
    case 'comment': {
      const attachments = await attachAll(api, caller, files);
      const body = { text, internal: internal === 'yes', attachments };
      return transitions.comment(caller, { params, body });
    }
    case 'hand-over':
      return transitions['hand-over'](caller, { params, body: { to, text: maybe } });
    case 'resolve':
    case 'reject':
    case 'reopen':
      return transitions[deed](caller, { params, body: { text } });
    case 'close':
    case 'withdraw':
    case 'decline':
      return transitions[deed](caller, { params, body: { text: maybe } });
    case 'take':
    case 'start':
    case 'accept':
      return transitions[deed](caller, { params, body: {} });
  }
}

/** What happened to a path while it was measured. */
export interface TimelineEvent {
  readonly what: 'outage' | 'exclusion';
  readonly from: EpochMs;
  /** Null: it goes on. */
  readonly to: EpochMs | null;
  /** The port of an outage, the kind of an exclusion. */
  readonly of: string;
  readonly reason: string | null;
}

interface Wanted {
  readonly path: string;
  readonly source: string;
  readonly destination: string;
  readonly from: EpochMs;
  readonly to: EpochMs;
}

/** Outages of the ports at its ends, and approved exclusions that cover it, oldest first; as far as the caller sees them. */
export async function timeline(api: Api, caller: Caller, wanted: Wanted): Promise<TimelineEvent[]> {
  const { path, source, destination, from, to } = wanted;
  const query = { from: isoInstant(from), to: isoInstant(to) };
  const exclusions = caller.may('exclusions:read')
    ? await everyPage(
        (cursor) => api.listExclusions(caller, { query: { state: 'approved', cursor } }),
        (answer) => answer.exclusions,
      )
    : [];
  const found: TimelineEvent[] = [];
  for (const port of [source, destination]) {
    const own = caller.may('outages:read')
      ? await everyPage(
          (cursor) => api.listOutages(caller, { query: { ...query, port, limit: '200', cursor } }),
          (answer) => answer.outages,
        )
      : [];
    const counts = own.flatMap(({ counts }) => (counts === null ? [] : [span(counts)]));
    // Several observers see the same outage, each a moment earlier or later.
    for (const { from: start, to: end } of merge(counts.map((one) => ({ ...one, to: one.to ?? Infinity }))))
      found.push({ what: 'outage', of: port, reason: null, from: start, to: end === Infinity ? null : end });
  }
  for (const { kind, reason, scope, intervals } of exclusions) {
    const covers =
      scope === 'all' ||
      scope.paths.some((one) => one === path) ||
      scope.pops.some((pop) => pop === source || pop === destination);
    if (!covers) continue;
    for (const interval of intervals) found.push({ what: 'exclusion', of: kind, reason, ...span(interval) });
  }
  return found.filter((one) => one.from < to && (one.to ?? Infinity) > from).sort((a, b) => a.from - b.from);
}

const span = ({ from, to }: { readonly from: string; readonly to: string | null }) => ({
  from: Date.parse(from),
  to: to === null ? null : Date.parse(to),
});
