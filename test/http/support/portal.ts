import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import type { Role } from '../../../src/core/access/rules.js';
import type { Entrance } from './entry.js';

export const password = 'Correct-horse-1';

/** Somebody with a browser: keeps its cookies, asks for pages, sends forms. */
export interface Visitor {
  readonly get: (url: string, headers?: Record<string, string>) => Promise<LightMyRequestResponse>;
  /** With the `_csrf` of the session unless `fields` has one of its own. */
  readonly post: (
    url: string,
    fields: Readonly<Record<string, string>>,
    headers?: Record<string, string>,
  ) => Promise<LightMyRequestResponse>;
  /** What a script sends. */
  readonly send: (options: InjectOptions) => Promise<LightMyRequestResponse>;
  readonly cookie: () => string;
}

export function visitor(server: Entrance, start: readonly string[] = []): Visitor {
  const jar = new Map(start.map((pair) => [pair.split('=')[0] ?? '', pair]));
  const cookie = (): string => [...jar.values()].join('; ');
  const send = async (options: InjectOptions): Promise<LightMyRequestResponse> => {
    const headers = { accept: 'text/html', ...(jar.size > 0 && { cookie: cookie() }), ...options.headers };
    const answer = await server.http.inject({ ...options, headers });
    for (const line of [answer.headers['set-cookie'] ?? []].flat()) {
      const [pair = ''] = line.split(';');
      const name = pair.split('=')[0] ?? '';
      if (line.includes('Max-Age=0')) jar.delete(name);
      else jar.set(name, pair);
    }
    return answer;
  };
  return {
    send,
    cookie,
    get: (url, headers = {}) => send({ url, headers }),
    post: async (url, fields, headers = {}) => {
      const who = await server.http.inject({ url: '/api/v1/session', headers: { cookie: cookie() } });
      const { csrf = null } = who.statusCode === 200 ? who.json<{ csrf: string | null }>() : {};
      const body = new URLSearchParams({ ...(csrf !== null && { _csrf: csrf }), ...fields });
      return send({
        method: 'POST',
        url,
        payload: body.toString(),
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      });
    },
  };
}

/** Somebody who signed in with the form. */
export async function signedIn(
  server: Entrance,
  role: Role,
  {
    customer = null,
    name = role,
    start = [],
  }: { customer?: string | null; name?: string; start?: string[] } = {},
): Promise<Visitor> {
  const own = customer ?? (role === 'customer' ? 'alpha' : role === 'reseller' ? 'shop' : null);
  await server.registry.addUser({ name, roles: [role], customer: own, password });
  const one = visitor(server, start);
  const answer = await one.post('/sign-in', { name, password });
  if (answer.statusCode !== 303) throw new Error(`nobody signed in: ${answer.statusCode} ${answer.body}`);
  return one;
}

/** What stands in a page, without its marks. */
export const textOf = ({ body }: LightMyRequestResponse): string =>
  body
    .replace(/<(script|style)[\s\S]*?<\/\1>/g, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&#39;/g, "'")
    .replace(/&quot;/g, '"')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&')
    .replace(/\s+/g, ' ');

/** What of a page our own policy would refuse, or what is no work of ours. */
export const foreignIn = ({ body }: LightMyRequestResponse): string[] => [
  ...(body.match(/<script(?![^>]*\bsrc="\/assets\/)[^>]*>|<style|\sstyle="|\son\w+="|javascript:/gi) ?? []),
  ...(body.match(/(?:src|href|action)="(?!\/(?!\/)|\?|#|mailto:)[^"]*"/g) ?? []),
];
