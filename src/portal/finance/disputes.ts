import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { disputedFigures, type DisputeSubject } from '../../core/billing/actions.js';
import { disputeStates, isOver, isTaken, lastDisputeDay } from '../../core/billing/disputes.js';
import type { Action } from '../../core/access/rules.js';
import { isMonthName } from '../../core/time/calendar.js';
import { extractFormat } from '../../core/statement/extract.js';
import { partsOfStatementId, type StatementDocument } from '../../core/statement/document.js';
import type { Caller } from '../../http/access/caller.js';
import type { Api } from '../../http/http.js';
import type { ParameterFault } from '../../http/problem.js';
import { pathText } from '../../render/ticket-texts.js';
import { everyPage } from '../forms.js';
import { addPage, type Answer, type PageAnswer, type PortalOptions } from '../page.js';
import type { Shell } from '../shell.js';

type Dispute = Answer<'getDispute'>;
type Deed = keyof Api['disputeMoves'];

type Found = Answer<'getStatement'>;
type Whole = Exclude<Found, { readonly document: { readonly format: typeof extractFormat } }>;

/** Whether a statement has its amounts; who buys from a reseller gets it without. */
export const isWhole = (found: Found): found is Whole => found.document.format !== extractFormat;

/** What somebody needs for each form on the page of a dispute. */
const deeds = {
  comment: 'disputes:open',
  withdraw: 'disputes:open',
  answer: 'disputes:decide',
  accept: 'disputes:decide',
  reject: 'disputes:decide',
} as const satisfies Record<Deed, Action>;

const shows = ['open', ...disputeStates.filter((state) => state !== 'open'), 'all'] as const;
const text = z.string().max(20_000).default('');
const ofDispute = z.object({ id: z.string().max(40) });
const done = z.string().max(20).optional();

/** Every dispute that the caller sees, of a statement where one is named. */
export const disputesOf = (
  api: Api,
  caller: Caller,
  query: { statement?: string; open?: 'true'; state?: Dispute['state'] },
): Promise<Dispute[]> =>
  everyPage(
    (cursor) => api.listDisputes(caller, { query: { ...query, limit: '1000', cursor } }),
    ({ disputes }) => disputes,
  );

/** Whether it was accepted and the statement still says what it disputed. */
export const isRevisionDue = ({ state, revisedIn }: Dispute): boolean =>
  state === 'accepted' && revisedIn === null;

/** `/disputes`: what customers say against sealed statements, for the customer and for finance alike. */
export function disputePages(server: FastifyInstance, portal: PortalOptions): void {
  const { api } = portal;
  addPage(server, portal, {
    method: 'GET',
    url: '/disputes',
    access: 'disputes:read',
    query: z.object({ show: z.enum(shows).catch('open').default('open') }),
    handle: async ({ query: { show }, caller, shell }) => {
      const wanted = show === 'open' ? { open: 'true' as const } : show === 'all' ? {} : { state: show };
      const found = (await disputesOf(api, caller, wanted)).reverse();
      return {
        view: 'disputes',
        title: shell.w.disputes.title,
        page: {
          show,
          shows,
          named: new Set(found.map(({ customer }) => customer)).size > 1,
          disputes: found.map((one) => shownDispute(one, portal, shell)),
        },
      };
    },
  });
  openingPages(server, portal);
  const show = async (
    { caller, shell, id, ...more }: Asked & { id: string; done?: string },
    status = 200,
  ): Promise<PageAnswer> => {
    const found = await api.getDispute(caller, { params: { id } });
    if (found === null) return null;
    const { month, service } = partsOfStatementId(found.statement);
    const own = caller.reach === 'own';
    const open = !isOver(found);
    const mine: readonly Deed[] = isTaken(found) ? ['comment'] : ['comment', 'withdraw'];
    const theirs: readonly Deed[] = ['answer', 'accept', 'reject', 'withdraw'];
    return {
      view: 'dispute',
      title: `${shell.w.disputes.dispute} ${found.id}`,
      status,
      page: {
        done: null,
        wrong: [],
        said: '',
        ...more,
        dispute: shownDispute(found, portal, shell),
        month,
        service,
        outage: found.about?.figure === 'outage' ? found.about.of : null,
        deeds: open ? (own ? mine : theirs).filter((deed) => caller.may(deeds[deed])) : [],
      },
    };
  };
  addPage(server, portal, {
    method: 'GET',
    url: '/disputes/:id',
    access: 'disputes:read',
    params: ofDispute,
    query: z.object({ done }),
    handle: ({ params: { id }, query, caller, shell }) =>
      show({ caller, shell, id, ...(query.done !== undefined && { done: query.done }) }),
  });
  for (const deed of Object.keys(deeds) as Deed[])
    addPage(server, portal, {
      method: 'POST',
      url: `/disputes/:id/${deed}`,
      access: deeds[deed],
      params: ofDispute,
      body: z.object({ text, entries: text, revise: z.literal('yes').optional() }),
      handle: async ({ params, body, caller }) => {
        const moved = await perform(api, caller, deed, params, body);
        return moved && { to: `/disputes/${moved.id}?done=${deed}` };
      },
      refused: ({ params, body, caller, shell }, wrong) =>
        show({ caller, shell, ...params, wrong, said: body.text }, 400),
    });
}

interface Asked {
  readonly caller: Caller;
  readonly shell: Shell;
  readonly wrong?: readonly ParameterFault[];
  readonly said?: string;
}

function perform(
  { disputeMoves: moves }: Api,
  caller: Caller,
  deed: Deed,
  params: { readonly id: string },
  said: { readonly text: string; readonly entries: string; readonly revise?: 'yes' | undefined },
): Promise<Dispute | null> {
  const { text: words } = said;
  if (deed !== 'accept') return moves[deed](caller, { params, body: { text: words } });
  const entries = said.entries.split(/[\s,;，；、]+/).filter((each) => each !== '');
  return moves.accept(caller, { params, body: { text: words, entries, revise: said.revise === 'yes' } });
}

/** The form of a new one, with the figures of the statement to choose from. */
function openingPages(server: FastifyInstance, portal: PortalOptions): void {
  const { api } = portal;
  const form = async (
    {
      caller,
      shell,
      statement,
      about = '',
      ...more
    }: Asked & { readonly statement: string; readonly about?: string },
    status = 200,
  ): Promise<PageAnswer> => {
    const { month, service } = partsOfStatementId(statement);
    if (!isMonthName(month) || service === '') return null;
    const found = await api.getStatement(caller, { params: { month, service } });
    if (found === null || !isWhole(found) || found.document.state !== 'sealed') return null;
    const { document } = found;
    return {
      view: 'dispute-new',
      title: shell.w.disputes.open,
      status,
      page: {
        wrong: [],
        said: '',
        ...more,
        statement,
        month,
        service,
        about,
        revision: document.revision,
        lastDay: lastDisputeDay(document),
        figures: choicesOf(document, shell),
      },
    };
  };
  addPage(server, portal, {
    method: 'GET',
    url: '/disputes/new',
    access: 'statements:read',
    query: z.object({ statement: z.string().max(300).default(''), about: z.string().max(300).default('') }),
    handle: ({ query, caller, shell }) =>
      caller.may('disputes:open') ? form({ caller, shell, ...query }) : { to: '/disputes' },
  });
  addPage(server, portal, {
    method: 'POST',
    url: '/disputes',
    access: 'disputes:open',
    body: z.object({
      statement: z.string().max(300).default(''),
      revision: z.coerce.number().int().min(1).optional().catch(undefined),
      about: z.string().max(300).default(''),
      text,
    }),
    handle: async ({ body: { about, ...rest }, caller }) => {
      const opened = await api.openDispute(caller, { body: { ...rest, about: subjectOf(about) } });
      return opened && { to: `/disputes/${opened.id}?done=open` };
    },
    refused: ({ body: { statement, about, text: said }, caller, shell }, wrong) =>
      form({ caller, shell, statement, about, wrong, said }, 400),
  });
}

/** `latency HKG>SIN`: a figure, and what it is of. Null: none was chosen. */
function subjectOf(chosen: string): DisputeSubject | null {
  const [name, ...of] = chosen.split(' ');
  const figure = disputedFigures.find((each) => each === name);
  return figure === undefined ? null : { figure, of: of.join(' ') || null };
}

/** What of a statement can be disputed, each with its figure. */
function choicesOf(document: StatementDocument, { w, f }: Shell) {
  const t = w.disputes;
  const { parts, paths, outages, total, currency } = document;
  const availability = [...new Set(parts.map((part) => f.percent(part.availabilityPercent)))].join(' / ');
  return [
    { value: 'availability', text: `${t.figure.availability}: ${availability}` },
    { value: 'credit', text: `${t.figure.credit}: ${f.amount(total.credit, currency)}` },
    ...outages.map(({ ref, port, from, to }) => ({
      value: `outage ${ref}`,
      text: `${t.figure.outage}: ${port}, ${to === null ? f.instant(from) : f.span(from, to)}`,
    })),
    ...paths.map(({ path, latencyUs }) => ({
      value: `latency ${path}`,
      text: `${t.figure.latency} ${pathText(path)}: ${f.ms(latencyUs)} ${w.path.ms}`,
    })),
    ...paths.map(({ path, lossPpm }) => ({
      value: `loss ${path}`,
      text: `${t.figure.loss} ${pathText(path)}: ${f.loss(lossPpm)}`,
    })),
  ];
}

function shownDispute(dispute: Dispute, { config }: Pick<PortalOptions, 'config'>, { w }: Shell) {
  const { about, customer } = dispute;
  const { figure } = w.disputes;
  const of = about?.of ? ` ${pathText(about.of)}` : '';
  return {
    ...dispute,
    aboutText: about === null ? figure.other : `${figure[about.figure]}${of}`,
    customerName: config().book.customers.find(({ id }) => id === customer)?.name ?? customer,
    revisionDue: isRevisionDue(dispute),
  };
}
