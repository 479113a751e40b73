import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Config } from '../../config/config.js';
import { type CustomerRegistry, serviceTermsIn } from '../../core/customer/book.js';
import { monthAfter } from '../../core/time/calendar.js';
import { keyFolder } from '../../seal/keys.js';
import type { Caller } from '../access/caller.js';
import { hasFullMonthAccess } from '../access/month-access.js';
import { ConflictError, ForbiddenError } from '../problem.js';
import { addOperation, addRoute, isoTime } from '../route/route.js';
import { id, month } from '../route/input.js';
import type { Jobs } from './evaluate.js';

const tag = 'evidence';
/** So many differences are answered. */
const maxShown = 20;
/** A service's month with every packet is a tenth of this. */
const maxBytes = 64 * 1024 * 1024;

const text = z.string();
const verified = z.strictObject({
  verified: z.boolean(),
  why: text.nullable().meta({ description: 'why it is not what was made; null: it is, or its rows differ' }),
  statement: z
    .strictObject({ id: text, revision: z.int(), state: z.enum(['draft', 'sealed']), asOf: isoTime() })
    .nullable(),
  signedBy: text.nullable().meta({ description: 'the id of the key; null: it is not signed' }),
  ours: z.boolean().meta({ description: 'it is signed by a key of this installation' }),
  counts: z.record(text, z.int()),
  zoneData: z
    .strictObject({
      there: z.string().nullable(),
      here: z.string().nullable(),
      periods: z.array(z.strictObject({ zone: z.string(), there: z.string(), here: z.string() })),
    })
    .nullable()
    .describe(
      'The time zone data of whoever made it and of this program, and the periods on which they differ.',
    ),
  differences: z.array(z.strictObject({ field: text, stated: text, recomputed: text })),
});

interface EvidenceRoutesOptions {
  readonly jobs: Pick<Jobs, 'evidence' | 'verify'>;
  readonly config: () => Config;
}

/** `/api/v1/evidence`: a month with everything that it rests on, and whether such a file is what it says. */
export function evidenceRoutes(server: FastifyInstance, { jobs, config }: EvidenceRoutesOptions) {
  addRoute(server, {
    method: 'GET',
    url: '/api/v1/evidence/:month/:service',
    operationId: 'getEvidence',
    tag,
    access: 'evidence:read',
    summary: "A service's month with everything that it rests on, as `pop-sla verify` checks it.",
    params: z.strictObject({ month: month(), service: id() }),
    answer: { description: 'the evidence pack', contentType: 'application/zip' },
    handle: async ({ params, caller, reply }) => {
      // Its id may be somebody else's before and after.
      const owner = serviceTermsIn(config().book.services, params.service, params.month)?.customer;
      if (owner === undefined || !maySee(caller, config(), owner, params.month)) return null;
      const worked = await jobs.evidence(params);
      if ('refused' in worked) throw new ConflictError(worked.refused);
      const { pack, made } = worked.done;
      if (caller.reach === 'own') {
        if (made.state !== 'sealed') return null;
        if (made.others.length > 0)
          throw new ForbiddenError(
            'entries in it name other customers too; allowed: to ask the carrier for it',
          );
      }
      const name = `evidence-${params.month}-${params.service.replace(/[^A-Za-z0-9._-]/g, '_')}.zip`;
      return reply
        .type('application/zip')
        .header('content-disposition', `attachment; filename="${name}"`)
        .send(Buffer.from(pack));
    },
  });
  server.addContentTypeParser('application/zip', { parseAs: 'buffer' }, (_request, content, done) => {
    done(null, content);
  });
  const verifyEvidence = addOperation(server, {
    method: 'POST',
    url: '/api/v1/evidence/verify',
    operationId: 'verifyEvidence',
    tag,
    access: 'evidence:verify',
    summary: 'Whether an evidence pack is what it says, as `pop-sla verify` finds it; keeps nothing.',
    bodyLimit: maxBytes,
    bodyType: 'application/octet-stream',
    body: z.instanceof(Buffer, {
      error: 'is no file; allowed: its bytes, as application/zip or application/octet-stream',
    }),
    answer: { description: 'what was found', schema: verified },
    handle: async ({ body }) => {
      const worked = await jobs.verify({ pack: body });
      if ('refused' in worked) return { ...nothing, why: worked.refused };
      const { statement, signedBy, differences, zoneData, ...counts } = worked.done;
      const { id: of, revision, state, asOf } = statement;
      const keys = await keyFolder(config().keys.folder).list();
      return {
        verified: differences.length === 0,
        why: null,
        signedBy,
        counts,
        statement: { id: of, revision, state, asOf },
        ours: keys.some((key) => key.id === signedBy),
        zoneData,
        differences: differences.slice(0, maxShown),
      };
    },
  });
  return { verifyEvidence };
}

const nothing = {
  verified: false,
  statement: null,
  signedBy: null,
  ours: false,
  counts: {},
  differences: [],
  zoneData: null,
};

const maySee = (caller: Caller, { book }: Config, customer: string, of: string): boolean =>
  caller.reach === 'all'
    ? caller.seesAmounts(customer, `${of}-01`)
    : hasFullPackAccess(caller, book, customer, of);

/**
 * Whether the caller may see all that a pack of a customer's month says: its terms are those of every day, with their
 * rents, and not of the month alone. What may be seen changes on the days of resale only.
 */
function hasFullPackAccess(
  caller: Pick<Caller, 'sees' | 'seesAmounts'>,
  { services, resale }: Pick<CustomerRegistry, 'services' | 'resale'>,
  customer: string,
  month: string,
): boolean {
  const terms = services.filter((one) => one.customer === customer);
  const begins = terms.flatMap((one) => [one.start, ...one.terms.map(({ from }) => from)]).sort();
  const first = begins[0] ?? `${month}-01`;
  const ends = [`${monthAfter(month, 1)}-01`, ...begins].sort().at(-1) ?? first;
  const turns = resale.flatMap(({ from, to }) => (to === null ? [from] : [from, to]));
  const days = [...begins, ...turns.filter((day) => day >= first && day <= ends)];
  return (
    days.every((day) => caller.sees(customer, day) && caller.seesAmounts(customer, day)) &&
    hasFullMonthAccess(caller, customer, month)
  );
}
