import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Principal } from '../../core/access/rules.js';
import { isoInstant } from '../../render/figures.js';
import type { Authenticator } from '../../services/access/authenticator.js';
import type { SecondFactors } from '../../services/access/second-factor.js';
import type { SessionRecord } from '../../store/access-store.js';
import { validationError } from '../../core/ledger/errors.js';
import { ValidationError } from '../../services/ledger/entries.js';
import { ConflictError } from '../problem.js';
import { id, words } from '../route/input.js';
import { addOperation, addRoute, isoTime } from '../route/route.js';

export const shownSession = z.strictObject({
  id: z.string(),
  current: z.boolean(),
  via: z.enum(['password', 'oidc']),
  from: z.string().nullable(),
  createdAt: isoTime(),
  seenAt: isoTime(),
  expiresAt: isoTime(),
});

/** A session is named by the beginning of its hash, which is no secret. */
const idOf = ({ hash }: SessionRecord): string => hash.slice(0, 16);

export const sessionJson = (
  session: SessionRecord,
  current: string | null,
): z.output<typeof shownSession> => ({
  id: idOf(session),
  current: session.hash === current,
  via: session.via,
  from: session.origin ?? null,
  createdAt: isoInstant(session.createdAt),
  seenAt: isoInstant(session.seenAt),
  expiresAt: isoInstant(session.expiresAt),
});

const tag = 'access';
const sessions = '/api/v1/sessions';
const factor = '/api/v1/session/second-factor';
const code = z.strictObject({ code: words('word') });

/** `/api/v1/sessions` and `/api/v1/session/second-factor`: what somebody may see and change of its own access. */
export function ownSessionRoutes(
  server: FastifyInstance,
  authenticator: Pick<Authenticator, 'sessions' | 'end'>,
  factors: SecondFactors,
) {
  addRoute(server, {
    method: 'GET',
    url: sessions,
    operationId: 'listSessions',
    tag,
    access: 'session:read',
    summary: 'The sessions of whoever asks, newest first.',
    answer: { description: 'the sessions', schema: z.strictObject({ sessions: z.array(shownSession) }) },
    handle: async ({ caller, request }) => {
      const current = request.identified?.session?.hash ?? null;
      const found = await authenticator.sessions(caller.principal.id);
      return { sessions: found.map((one) => sessionJson(one, current)) };
    },
  });
  addRoute(server, {
    method: 'DELETE',
    url: `${sessions}/:id`,
    operationId: 'endSession',
    tag,
    access: 'session:write',
    summary: 'Ends one of the sessions of whoever asks.',
    params: z.strictObject({ id: id() }),
    answer: { status: 204, description: 'ended' },
    handle: async ({ caller, params }) => {
      const found = (await authenticator.sessions(caller.principal.id)).find(
        (one) => idOf(one) === params.id,
      );
      if (found === undefined) {
        throw new ValidationError([
          validationError('id', 'is no session of yours', 'an id as GET /api/v1/sessions gives it', [
            'no-such',
            params.id,
          ]),
        ]);
      }
      await authenticator.end(found.hash);
    },
  });
  const getSecondFactor = addOperation(server, {
    method: 'GET',
    url: factor,
    operationId: 'getSecondFactor',
    tag,
    access: 'session:read',
    summary: 'Whether the user has a second factor, and how many recovery codes are left.',
    answer: {
      description: 'the second factor',
      schema: z.strictObject({ enrolled: z.boolean(), recoveryCodes: z.int() }),
    },
    handle: ({ caller: { principal } }) =>
      principal.via === 'password' ? factors.state(principal.name) : { enrolled: false, recoveryCodes: 0 },
  });
  const beginSecondFactor = addOperation(server, {
    method: 'POST',
    url: factor,
    operationId: 'beginSecondFactor',
    tag,
    access: 'session:write',
    summary: 'Begins to enrol a second factor (TOTP); this answer alone has its secret.',
    secret: true,
    answer: {
      status: 201,
      description: 'begun: an authenticator app reads the secret or the otpauth URI',
      schema: z.strictObject({ secret: z.string(), uri: z.string() }),
    },
    handle: ({ caller }) => factors.begin(userOf(caller.principal)),
  });
  const confirmSecondFactor = addOperation(server, {
    method: 'POST',
    url: `${factor}/confirm`,
    operationId: 'confirmSecondFactor',
    tag,
    access: 'session:write',
    summary: 'Finishes to enrol it with a first code; this answer alone has the recovery codes.',
    secret: true,
    body: code,
    answer: { description: 'enrolled', schema: z.strictObject({ recoveryCodes: z.array(z.string()) }) },
    handle: async ({ caller, body }) => ({
      recoveryCodes: [...(await factors.confirm(userOf(caller.principal), body.code))],
    }),
  });
  const removeSecondFactor = addOperation(server, {
    method: 'POST',
    url: `${factor}/remove`,
    operationId: 'removeSecondFactor',
    tag,
    access: 'session:write',
    summary: 'Removes the second factor; needs a code of it, or a recovery code.',
    body: code,
    answer: { status: 204, description: 'removed' },
    handle: ({ caller, body }) => factors.remove(userOf(caller.principal), body.code),
  });
  return { getSecondFactor, beginSecondFactor, confirmSecondFactor, removeSecondFactor };
}

/** A second factor belongs to who signs in with a password, and is changed by nobody but a session of that. */
function userOf({ via, name }: Principal): string {
  if (via === 'password') return name;
  throw new ConflictError('a second factor is of who signs in with a password; allowed: a session of a user');
}
