import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Problem, ProblemPage } from '../problem.js';
import { showView } from './page.js';
import type { ShellMaker } from './shell.js';

const machines = /^\/(?:api|tmf-api|docs|assets|metrics|healthz|readyz)(?:[/?]|$)/;

const isPart = ({ headers }: FastifyRequest): boolean => headers['hx-request'] === 'true';

/** Whether somebody looks at it with a browser: who asks for no page gets problem details. */
const wantsPage = ({ url, headers }: FastifyRequest): boolean =>
  !machines.test(url) && ((headers.accept ?? '').includes('text/html') || headers['hx-request'] === 'true');

/** Tells a browser what is wrong; whoever has to sign in is sent there, and back again afterwards. */
export function problemPages(shell: ShellMaker): ProblemPage {
  return (request, reply, problem) => {
    if (!wantsPage(request)) return null;
    if (problem.status !== 401 || request.routeOptions.config.page !== true)
      return errorPage(shell, request, reply, problem);
    const to = request.method === 'GET' && request.url !== '/' ? request.url : null;
    const place = to === null ? '/sign-in' : `/sign-in?to=${encodeURIComponent(to)}`;
    // A part of a page that asks for itself anew follows no redirection: the whole page has to go.
    if (isPart(request)) return Promise.resolve(reply.code(401).header('hx-redirect', '/sign-in').send(''));
    return Promise.resolve(reply.removeHeader('www-authenticate').redirect(place, 303));
  };
}

async function errorPage(
  shell: ShellMaker,
  request: FastifyRequest,
  reply: FastifyReply,
  problem: Problem,
): Promise<FastifyReply> {
  const { status, detail, errors = [] } = problem;
  const own = shell.of(request);
  const { title, text } = own.w.error[kindOf(status)];
  return showView(reply, own, { view: 'error', title, status, page: { status, text, detail, errors } });
}

const told = ['401', '403', '404', '413', '429'] as const;

function kindOf(status: number): (typeof told)[number] | '400' | '500' {
  const known = told.find((one) => one === String(status));
  if (known !== undefined) return known;
  return status >= 500 ? '500' : '400';
}
