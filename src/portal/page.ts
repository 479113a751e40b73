import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Config } from '../config/config.js';
import type { Caller } from '../http/access/caller.js';
import type { Api, HttpPagesOptions } from '../http/http.js';
import type { Access } from '../http/route/route.js';
import type { ParameterFault } from '../http/problem.js';
import type { ScriptName } from './assets.js';
import { faultsIn } from './faults-in.js';
import { noteForm, type Shell, type ShellMaker } from './shell.js';

export interface PortalOptions extends HttpPagesOptions {
  readonly config: () => Config;
  readonly shell: ShellMaker;
}

/** What an operation of the API answers, where there is such a thing. */
export type Answer<K extends keyof Api> = Api[K] extends (...input: never[]) => Promise<infer O>
  ? NonNullable<O>
  : never;

/** A page's declaration: the counterpart of what `addRoute` takes for a route of the API. */
interface Page<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> {
  readonly method: 'GET' | 'POST';
  readonly url: `/${string}`;
  readonly access: Access;
  /** Of the URL's path; needed where it has any. */
  readonly params?: P;
  /** Of the URL behind the `?`; what is not known is left aside. */
  readonly query?: Q;
  /** Of a form's fields. */
  readonly body?: B;
  readonly bodyLimit?: number;
  /** The answer has a secret that is shown once, so it is not stored for an idempotency key. */
  readonly secret?: boolean;
  readonly handle: (
    asked: PageAsked<z.output<P>, z.output<Q>, z.output<B>>,
  ) => PageAnswer | Promise<PageAnswer>;
  /** Shows a form again, with what is wrong in it; left out, the answer is an error page. */
  readonly refused?: (
    asked: PageAsked<z.output<P>, z.output<Q>, z.output<B>>,
    wrong: readonly ParameterFault[],
  ) => PageAnswer | Promise<PageAnswer>;
}

interface PageAsked<P, Q, B> {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  /** Whoever looks; on an open page it is nobody, and must not be asked for. */
  readonly caller: Caller;
  readonly shell: Shell;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** Null: there is no such page. */
export type PageAnswer =
  | {
      readonly view: string;
      readonly title: string;
      readonly page?: object;
      /** 200 unless told. */
      readonly status?: number;
      /** What the page has of scripts, beside the portal's own. */
      readonly scripts?: readonly ScriptName[];
    }
  | { readonly to: string }
  | null;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** A page of the portal: it is in no description of the API. */
    page?: boolean;
  }
}

const anything = z.object({});

/** Declares a page: its access rule, what it is given, and what it shows. */
export function addPage<
  P extends z.ZodType = typeof anything,
  Q extends z.ZodType = typeof anything,
  B extends z.ZodType = typeof anything,
>(server: FastifyInstance, { shell }: Pick<PortalOptions, 'shell'>, page: Page<P, Q, B>): void {
  const { method, url, access, params, query = anything, body = anything, bodyLimit, secret } = page;
  server.route({
    method,
    url,
    config: { access, page: true, ...(secret === true && { secret }) },
    ...(bodyLimit === undefined ? {} : { bodyLimit }),
    ...(method === 'POST' && {
      preValidation: (request: FastifyRequest, _reply: FastifyReply, done: () => void) => {
        noteForm(request);
        done();
      },
    }),
    schema: {
      hide: true,
      querystring: query,
      ...(params === undefined ? {} : { params }),
      ...(method === 'POST' ? { body } : {}),
    },
    handler: async (request, reply) => {
      let drawn: Shell | undefined;
      const shellOf = (): Shell => (drawn ??= shell.of(request));
      const asked: PageAsked<z.output<P>, z.output<Q>, z.output<B>> = {
        params: request.params as z.output<P>,
        query: request.query as z.output<Q>,
        body: request.body as z.output<B>,
        caller: request.caller as Caller,
        // Made when it is asked for: an answer that is a file needs none.
        get shell() {
          return shellOf();
        },
        request,
        reply,
      };
      const answer = await answerOf(page, asked);
      if (reply.sent) return reply;
      if (answer === null) {
        reply.callNotFound();
        return reply;
      }
      if ('to' in answer) return reply.redirect(answer.to, 303);
      return showView(reply, shellOf(), answer);
    },
  });
}

async function answerOf<P, Q, B>(
  { handle, refused }: Pick<Page<z.ZodType<P>, z.ZodType<Q>, z.ZodType<B>>, 'handle' | 'refused'>,
  asked: PageAsked<P, Q, B>,
): Promise<PageAnswer> {
  try {
    return await handle(asked);
  } catch (error) {
    const wrong = faultsIn(error);
    if (wrong === null || refused === undefined) throw error;
    return refused(asked, wrong);
  }
}

/** Draws a view around what the shell knows. */
export async function showView(
  reply: FastifyReply,
  shell: Shell,
  { view, title, page = {}, status = 200, scripts = [] }: Extract<PageAnswer, { view: string }>,
): Promise<FastifyReply> {
  const html = await reply.viewAsync(view, { ...shell, title, page, scripts });
  return reply
    .code(status)
    .type('text/html; charset=utf-8')
    .header('content-language', shell.language)
    .header('vary', 'accept-language, cookie')
    .serializer((text: string) => text)
    .send(html);
}
