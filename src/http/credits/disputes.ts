import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { actorOfPrincipal } from '../../core/access/rules.js';
import { disputedFigures } from '../../core/billing/actions.js';
import { disputeDeeds, type DisputeMove, disputeStates } from '../../core/billing/disputes.js';
import { partsOfStatementId } from '../../core/statement/document.js';
import { disputeJson } from '../../render/credits.js';
import type { Billing } from '../../services/credits/billing.js';
import type { MoveRequest } from '../../services/credits/disputes.js';
import type { Caller } from '../access/caller.js';
import { hasFullMonthAccess } from '../access/month-access.js';
import { id, words } from '../route/input.js';
import { addOperation, isoTime, pageAnswer, pageOf, pageQuery } from '../route/route.js';

const tag = 'disputes';

const figure = z.enum(disputedFigures);
const ofRule = 'the path of a latency or a loss, or the reference of an outage; null: no single one';
const askedSubject = z.strictObject({ figure, of: id().nullable().meta({ description: ofRule }) });
const disputeSubject = z.strictObject({
  figure,
  of: z.string().nullable().meta({ description: ofRule }),
});

const dispute = z.strictObject({
  id: z.string(),
  statement: z.string(),
  revision: z.int(),
  customer: z.string(),
  state: z.enum(disputeStates),
  about: disputeSubject
    .nullable()
    .meta({ description: 'what it concerns; null: opened before disputes named it' }),
  text: z.string(),
  contact: z.string().nullable(),
  openedBy: z.string(),
  openedAt: isoTime(),
  words: z.array(
    z.strictObject({
      deed: z.enum(disputeDeeds),
      state: z.enum(disputeStates).meta({ description: 'the state that it led to' }),
      by: z.string(),
      at: isoTime(),
      text: z.string(),
    }),
  ),
  entries: z.array(z.string()).meta({ description: 'the ledger entries by which it was accepted' }),
  revisedIn: z
    .int()
    .nullable()
    .meta({ description: 'the first revision that was sealed after it was opened; null: none' }),
});

/** What a customer may do with a dispute of its own. */
const ofCustomers: readonly DisputeMove[] = ['comment', 'withdraw'];

/** `/api/v1/disputes`: what customers say against sealed statements, for whoever sees those with their amounts. */
export function disputeRoutes(
  server: FastifyInstance,
  { disputes, statements }: Pick<Billing, 'disputes' | 'statements'>,
) {
  const sees = (caller: Caller, customer: string, statement: string): boolean =>
    caller.reach === 'all' || hasFullMonthAccess(caller, customer, partsOfStatementId(statement).month);
  /** Null: there is none, or it is another's. */
  const found = async (caller: Caller, of: string) => {
    const [one] = await disputes.list({ id: of });
    return one && sees(caller, one.customer, one.statement) ? one : null;
  };
  const sideOf = ({ reach }: Caller) => (reach === 'own' ? 'customer' : 'carrier');
  const listDisputes = addOperation(server, {
    method: 'GET',
    url: '/api/v1/disputes',
    operationId: 'listDisputes',
    tag,
    access: 'disputes:read',
    summary: 'Disputes with all that was said.',
    query: z.strictObject({
      statement: id().optional(),
      state: z.enum(disputeStates).optional(),
      open: z.enum(['true', 'false']).default('false'),
      ...pageQuery,
    }),
    answer: {
      description: 'a page of the disputes',
      schema: z.strictObject({ disputes: z.array(dispute), ...pageAnswer }),
    },
    handle: async ({ query: { statement, state, open, ...place }, caller }) => {
      const all = await disputes.list({
        ...(statement !== undefined && { statement }),
        ...(state !== undefined && { state }),
        open: open === 'true',
      });
      const own = all.filter((one) => sees(caller, one.customer, one.statement));
      const { page, nextCursor } = pageOf(own, place, ({ id: key }) => key);
      return { disputes: page.map(disputeJson), nextCursor };
    },
  });
  const getDispute = addOperation(server, {
    method: 'GET',
    url: '/api/v1/disputes/:id',
    operationId: 'getDispute',
    tag,
    access: 'disputes:read',
    summary: 'A dispute with all that was said.',
    params: z.strictObject({ id: id() }),
    answer: { description: 'the dispute', schema: dispute },
    handle: async ({ params, caller }) => {
      const one = await found(caller, params.id);
      return one && disputeJson(one);
    },
  });
  const openDispute = addOperation(server, {
    method: 'POST',
    url: '/api/v1/disputes',
    operationId: 'openDispute',
    tag,
    access: 'disputes:open',
    summary:
      'Opens a dispute against a sealed statement, until the last day to claim. Its text stays for ever: it names nobody.',
    body: z.strictObject({
      statement: id(),
      text: words('dispute'),
      revision: z.int().min(1).nullish(),
      contact: id().nullish(),
      about: askedSubject.nullish(),
    }),
    answer: { status: 201, description: 'opened', schema: dispute },
    handle: async ({ body: { statement, text, revision, contact, about }, caller }) => {
      if (caller.reach === 'own') {
        const [row] = await statements.list(partsOfStatementId(statement));
        if (!row || !sees(caller, row.customer, statement)) return null;
      }
      const opened = await disputes.open(actorOfPrincipal(caller.principal), {
        statement,
        text,
        contact: contact ?? null,
        about: about ?? null,
        side: sideOf(caller),
        ...(revision == null ? {} : { revision }),
      });
      return disputeJson(opened);
    },
  });
  const params = z.strictObject({ id: id() });
  const answer = { description: 'done', schema: dispute };
  const moved = async (caller: Caller, move: DisputeMove, of: string, said: Omit<MoveRequest, 'side'>) => {
    if (caller.reach === 'own' && !(await found(caller, of))) return null;
    return disputeJson(
      await disputes.move(actorOfPrincipal(caller.principal), move, of, { ...said, side: sideOf(caller) }),
    );
  };
  const declared = (move: DisputeMove) => ({
    method: 'POST' as const,
    url: `/api/v1/disputes/:id/${move}` as const,
    operationId: `${move}Dispute`,
    tag,
    access: ofCustomers.includes(move) ? ('disputes:open' as const) : ('disputes:decide' as const),
    summary: summaries[move],
    params,
    answer,
  });
  const say = (move: Exclude<DisputeMove, 'accept'>) =>
    addOperation(server, {
      ...declared(move),
      body: z.strictObject({ text: words('dispute') }),
      handle: ({ params: { id: of }, body: { text }, caller }) => moved(caller, move, of, { text }),
    });
  const accept = addOperation(server, {
    ...declared('accept'),
    body: z.strictObject({
      text: words('dispute'),
      entries: z
        .array(id())
        .max(100)
        .nullish()
        .meta({ description: 'ids of the corrections and exclusions that settle it' }),
      revise: z
        .boolean()
        .nullish()
        .meta({ description: 'seals the revision of the statement too; refused where nothing would change' }),
    }),
    handle: ({ params: { id: of }, body: { text, entries, revise }, caller }) =>
      moved(caller, 'accept', of, { text, entries: entries ?? [], revise: revise ?? false }),
  });
  const disputeMoves = {
    comment: say('comment'),
    answer: say('answer'),
    reject: say('reject'),
    withdraw: say('withdraw'),
    accept,
  };
  return { listDisputes, getDispute, openDispute, disputeMoves };
}

const summaries: Readonly<Record<DisputeMove, string>> = {
  comment: 'The customer adds something, and waits for an answer again.',
  answer: 'The carrier answers; it stays open.',
  accept: 'The customer is right: with a revision, or with the entries that correct what was wrong.',
  reject: 'The customer is wrong; the text says why.',
  withdraw: 'The customer takes it back, by itself as long as nobody has answered.',
};
