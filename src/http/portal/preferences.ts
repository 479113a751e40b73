import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { reportLanguages } from '../../render/report/languages.js';
import { refuseOtherOrigins } from '../access/csrf.js';
import { isPlace } from '../route/place.js';
import { languageCookie, themeCookie, themes } from './language.js';
import { addPage } from './page.js';

const yearS = 365 * 86_400;

/** `POST /preferences`: the language and the colours that somebody likes, kept in cookies; signed in or not. */
export function preferenceRoutes(server: FastifyInstance): void {
  addPage(
    server,
    { shell: { of: () => ({}) as never, assets: null as never } },
    {
      ...{ method: 'POST', url: '/preferences', access: 'open' },
      body: z.object({
        language: z.enum(reportLanguages).optional(),
        theme: z.enum(themes).optional(),
        to: z.string().max(500).default('/'),
      }),
      handle: ({ body, request, reply }) => {
        refuseOtherOrigins(request);
        const { language, theme, to } = body;
        const secure = request.protocol === 'https';
        const options = { path: '/', maxAge: yearS, httpOnly: true, sameSite: 'lax', secure } as const;
        if (language !== undefined) reply.setCookie(languageCookie, language, options);
        if (theme !== undefined) reply.setCookie(themeCookie, theme, options);
        return { to: isPlace(to) ? to : '/' };
      },
    },
  );
}
