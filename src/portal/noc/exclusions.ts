import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { exclusionKinds } from '../../core/exclusion.js';
import { decisions, samePerson } from '../../core/ledger/proposals.js';
import { exclusionStates } from '../../core/ledger/exclusions.js';
import { zonedInput } from '../customer/local-time.js';
import type { Caller } from '../../http/access/caller.js';
import type { ParameterFault } from '../../http/problem.js';
import { everyPage } from '../forms.js';
import { type Answer, type PageAnswer, type PortalOptions, addPage } from '../page.js';
import type { Shell } from '../shell.js';
import { formatAmount, minorOf } from '../../core/money.js';
import type { CustomerRegistry } from '../../core/customer/book.js';
import type { Api } from '../../http/http.js';
import { byService, statementsOf } from '../finance/statement.js';

type Exclusion = Answer<'getExclusion'>;
const field = (length: number) => z.string().max(length).default('');
const linesOf = (text: string): string[] | null => {
  const lines = text.split(/[\r\n,]+/).flatMap((line) => (line.trim() === '' ? [] : [line.trim()]));
  return lines.length > 0 ? lines : null;
};
const orNull = (text: string): string | null => (text.trim() === '' ? null : text);
const ofExclusion = z.object({ id: z.string().max(200) });

/** Whom an exclusion touches, as people write it. */
const scopeTexts = ({ scope }: Exclusion): readonly string[] =>
  scope === 'all' ? ['*'] : [scope.pops, scope.paths, scope.lines, scope.services, scope.customers].flat();

/** `/exclusions`: what was proposed, what it would change, and whether it counts. */
export function exclusionPages(server: FastifyInstance, portal: PortalOptions): void {
  const { api } = portal;
  addPage(server, portal, {
    method: 'GET',
    url: '/exclusions',
    access: 'exclusions:read',
    query: z.object({
      state: z
        .enum([...exclusionStates, 'all'])
        .catch('proposed')
        .default('proposed'),
    }),
    handle: async ({ query: { state }, caller, shell }) => {
      const all = await everyPage(
        (cursor) => api.listExclusions(caller, { query: { limit: '1000', cursor } }),
        ({ exclusions }) => exclusions,
      );
      const shown = all.filter((one) => state === 'all' || one.state === state).toReversed();
      const waiting = all.filter((one) => one.state === 'proposed').length;
      return {
        view: 'exclusions',
        title: shell.w.noc.exclusions.title,
        page: {
          state,
          states: [...exclusionStates, 'all'],
          waiting,
          more: Math.max(0, shown.length - 200),
          exclusions: shown.slice(0, 200).map((one) => ({ ...one, scopeTexts: scopeTexts(one) })),
        },
      };
    },
  });

  interface Shown {
    readonly caller: Caller;
    readonly shell: Shell;
    readonly id: string;
    readonly impact?: boolean;
    readonly done?: string | null;
    readonly wrong?: readonly ParameterFault[];
  }
  const show = async (
    { caller, shell, id, impact = false, done = null, wrong = [] }: Shown,
    status = 200,
  ): Promise<PageAnswer> => {
    const found = await api.getExclusion(caller, { params: { id } });
    if (found === null) return null;
    // Whoever decides on it has its cost before its eyes, without asking.
    const decides = found.state === 'proposed' && shell.writes && shell.may('exclusions:decide');
    const known = (impact || decides) && shell.may('exclusions:impact');
    const changes = known ? await api.getExclusionImpact(caller, { params: { id } }) : null;
    const { book } = portal.config();
    const impacts = changes?.impacts ?? null;
    const mine = samePerson(found.proposed?.actor ?? '', shell.principal?.name ?? '');
    return {
      view: 'exclusion',
      title: `${id} · ${shell.r.exclusionKind[found.kind]}`,
      status,
      scripts: ['htmx.js'],
      page: {
        ...found,
        scopeTexts: scopeTexts(found),
        impacts,
        effect: impacts && (await effectOf(api, caller, { impacts, book })),
        proven: found.proof !== null || found.attachments.length > 0,
        done,
        wrong,
        own: mine,
        // Four eyes: whoever proposed it may take it back, and not approve it.
        decisions: decisionsOf(found.state).filter((one) => !(mine && one === 'approve')),
      },
    };
  };
  const form = (
    { shell, wrong = [], fields = {} }: { shell: Shell; wrong?: readonly ParameterFault[]; fields?: object },
    status = 200,
  ): PageAnswer => ({
    view: 'exclusion-new',
    title: shell.w.noc.exclusions.propose,
    status,
    page: {
      wrong,
      kinds: exclusionKinds,
      fields: { kind: '', scope: '', from: '', to: '', notice: '', reason: '', proof: '', ...fields },
    },
  });
  addPage(server, portal, {
    method: 'GET',
    url: '/exclusions/new',
    access: 'exclusions:read',
    // To look at a form writes nothing.
    handle: ({ shell, caller }) =>
      caller.may('exclusions:propose') ? form({ shell }) : { to: '/exclusions' },
  });
  addPage(server, portal, {
    method: 'POST',
    url: '/exclusions',
    access: 'exclusions:propose',
    body: z.object({
      kind: field(50),
      scope: field(5000),
      from: field(40),
      to: field(40),
      notice: field(40),
      reason: field(20_000),
      proof: field(20_000),
    }),
    handle: async ({ body, caller, shell }) => {
      const local = (text: string): string | null => zonedInput(text, shell.f.zone);
      const notice = local(body.notice);
      const proposed = await api.proposeExclusion(caller, {
        body: {
          kind: body.kind,
          scope: linesOf(body.scope),
          from: local(body.from),
          to: local(body.to),
          notices: notice === null ? null : [notice],
          reason: body.reason,
          proof: orNull(body.proof),
        },
      });
      return proposed && { to: `/exclusions/${encodeURIComponent(proposed.id)}?done=proposed` };
    },
    refused: ({ body, shell }, wrong) => form({ shell, wrong, fields: body }, 400),
  });
  addPage(server, portal, {
    method: 'GET',
    url: '/exclusions/:id',
    access: 'exclusions:read',
    params: ofExclusion,
    query: z.object({
      impact: z.literal('yes').optional().catch(undefined),
      done: z.string().max(20).optional(),
    }),
    handle: ({ params: { id }, query, caller, shell }) =>
      show({ caller, shell, id, impact: query.impact === 'yes', done: query.done ?? null }),
  });
  for (const decision of decisions)
    addPage(server, portal, {
      method: 'POST',
      url: `/exclusions/:id/${decision}`,
      access: 'exclusions:decide',
      params: ofExclusion,
      body: z.object({ reason: field(20_000) }),
      handle: async ({ params: { id }, body, caller }) => {
        const request = { params: { id }, body: { reason: orNull(body.reason) } };
        await api.exclusionDecisions[decision](caller, request);
        return { to: `/exclusions/${encodeURIComponent(id)}?done=${decision}` };
      },
      refused: ({ params: { id }, caller, shell }, wrong) => show({ caller, shell, id, wrong }, 400),
    });
}

function decisionsOf(state: Exclusion['state']): readonly (typeof decisions)[number][] {
  if (state === 'proposed') return ['approve', 'reject'];
  return state === 'approved' ? ['revoke'] : [];
}

type Impact = Answer<'getExclusionImpact'>['impacts'][number];

/** What an approval costs, and whom. */
interface Effect {
  /** The difference in credit by currency, in minor units as an amount; positive: more is credited. */
  readonly differences: readonly {
    readonly currency: string;
    readonly amount: string;
    readonly less: boolean;
  }[];
  /** Whether there are services whose amounts the caller may not see. */
  readonly hidden: boolean;
  readonly customers: readonly string[];
  readonly services: readonly string[];
  /** Sealed statements that would say something else: a revision follows. Null: the caller sees no statements. */
  readonly sealed:
    readonly { readonly month: string; readonly service: string; readonly credit: boolean }[] | null;
}

interface EffectInput {
  readonly impacts: readonly Impact[];
  readonly book: Pick<CustomerRegistry, 'services' | 'customers'>;
}

/** Sums what an exclusion changes, and finds the sealed statements among it. */
async function effectOf(api: Api, caller: Caller, { impacts, book }: EffectInput): Promise<Effect> {
  const sums = new Map<string, bigint>();
  let hidden = false;
  for (const { currency, without, with: after } of impacts) {
    if (without.credit === null || after.credit === null) {
      hidden = true;
      continue;
    }
    const difference = minorOf(after.credit, currency) - minorOf(without.credit, currency);
    sums.set(currency, (sums.get(currency) ?? 0n) + difference);
  }
  const services = [...new Set(impacts.map(({ service }) => service))].sort();
  const names = new Map(book.customers.map(({ id, name }) => [id, name]));
  const owners = book.services.filter(({ id }) => services.includes(id)).map(({ customer }) => customer);
  return {
    differences: [...sums].flatMap(([currency, minor]) =>
      minor === 0n
        ? []
        : [{ currency, less: minor < 0n, amount: formatAmount(minor < 0n ? -minor : minor, currency) }],
    ),
    hidden,
    services,
    customers: [...new Set(owners)].filter((id) => id !== '').map((id) => names.get(id) ?? id),
    sealed: caller.may('statements:read') ? await sealedOf(api, caller, impacts) : null,
  };
}

async function sealedOf(api: Api, caller: Caller, impacts: readonly Impact[]) {
  const sealed: { month: string; service: string; credit: boolean }[] = [];
  for (const month of new Set(impacts.map((one) => one.month))) {
    const rows = byService(await statementsOf(api, caller, { month }));
    for (const { service, without, with: after } of impacts.filter((one) => one.month === month)) {
      if (rows.find((row) => row.service === service)?.latest.state !== 'sealed') continue;
      sealed.push({ month, service, credit: without.credit !== after.credit });
    }
  }
  return sealed;
}
