import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { addPage, type PageAnswer, type PortalOptions } from '../page.js';
import type { Caller } from '../../http/access/caller.js';
import type { Shell } from '../shell.js';

/** A QR code as one path of squares, for `viewBox="0 0 SIZE SIZE"`. */
interface QrCode {
  readonly size: number;
  readonly path: string;
}

/** Loaded only where somebody enrols. */
async function qrOf(text: string): Promise<QrCode> {
  const { encode } = await import('uqr');
  const { size, data } = encode(text, { ecc: 'M', border: 4 });
  const squares = data.flatMap((row, y) =>
    row.flatMap((isDark, x) => (isDark ? [`M${String(x)} ${String(y)}h1v1h-1z`] : [])),
  );
  return { size, path: squares.join('') };
}

interface Shown {
  readonly done?: string;
  readonly wrong?: boolean;
  /** Enrolment is under way. */
  readonly begun?: { readonly secret: string | null; readonly qr: QrCode | null };
  /** Just made, and shown this once. */
  readonly codes?: readonly string[];
}

/** `/second-factor`: whoever signs in with a password enrols an authenticator app, or removes it. */
export function secondFactorPages(server: FastifyInstance, portal: PortalOptions): void {
  const { api } = portal;
  const url = '/second-factor';
  const body = z.object({ code: z.string().max(50).default('') });
  const show = async (
    caller: Caller,
    { w }: Shell,
    { done, wrong = false, begun, codes }: Shown = {},
  ): Promise<PageAnswer> => ({
    view: 'second-factor',
    title: w.admin.secondFactor.title,
    status: wrong ? 400 : 200,
    page: {
      state: await api.getSecondFactor(caller),
      mayEnrol: caller.principal.via === 'password',
      done: done ?? null,
      wrong,
      begun: begun ?? null,
      codes: codes ?? null,
    },
  });
  addPage(server, portal, {
    method: 'GET',
    url,
    access: 'session:read',
    query: z.object({ done: z.string().max(20).optional() }),
    handle: ({ query: { done }, caller, shell }) => show(caller, shell, done === undefined ? {} : { done }),
  });
  addPage(server, portal, {
    method: 'POST',
    url,
    access: 'session:write',
    secret: true,
    handle: async ({ caller, shell }) => {
      const { secret, uri } = await api.beginSecondFactor(caller);
      return show(caller, shell, { begun: { secret, qr: await qrOf(uri) } });
    },
  });
  addPage(server, portal, {
    method: 'POST',
    url: `${url}/confirm`,
    access: 'session:write',
    secret: true,
    body,
    handle: async ({ body: given, caller, shell }) => {
      const { recoveryCodes } = await api.confirmSecondFactor(caller, { body: given });
      return show(caller, shell, { codes: recoveryCodes });
    },
    // The secret was shown once: the app that has read it is asked again.
    refused: ({ caller, shell }) => show(caller, shell, { wrong: true, begun: { secret: null, qr: null } }),
  });
  addPage(server, portal, {
    method: 'POST',
    url: `${url}/remove`,
    access: 'session:write',
    body,
    handle: async ({ body: given, caller }) => {
      await api.removeSecondFactor(caller, { body: given });
      return { to: `${url}?done=remove` };
    },
    refused: ({ caller, shell }) => show(caller, shell, { wrong: true }),
  });
}
