import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import type { FastifyInstance } from 'fastify';
import type { HttpOptions } from './http.js';
import { isLoopback, isOwnHost } from '../core/address/host.js';
import { countRate, tooManyRequests } from './rate.js';

/** What a daemon needs of its web server. */
export interface WebServer {
  listen(at: { readonly host: string; readonly port: number }): Promise<string>;
  close(): Promise<void>;
}

export interface OnDemandOptions extends Pick<
  HttpOptions,
  'readiness' | 'metrics' | 'tls' | 'log' | 'version'
> {
  /** Whether `/metrics` asks nobody who they are. */
  readonly areMetricsOpen: boolean;
  /** Of one address. */
  readonly requestsPerMinute: number;
  /** Loads and makes the whole server, which does not listen itself. */
  readonly whole: () => Promise<FastifyInstance>;
}

/**
 * A web server for a daemon that nobody looks at but monitoring: it answers `/healthz`, `/readyz` and `/metrics` itself,
 * and loads the API and the pages when somebody asks for anything else; once loaded, they answer everything.
 */
export function createOnDemandHttp(options: OnDemandOptions): WebServer {
  const { readiness, metrics, tls, log, version, areMetricsOpen, requestsPerMinute } = options;
  const countRequest = countRate(requestsPerMinute);
  let whole: Promise<FastifyInstance> | null = null;
  /** Whether only this machine is listened to: then a page of elsewhere could have its name made to point here. */
  let local = true;
  let isLoaded = false;
  const load = async (): Promise<FastifyInstance> => {
    try {
      const made = await options.whole();
      await made.ready();
      isLoaded = true;
      return made;
    } catch (error) {
      // The next request tries again.
      whole = null;
      throw error;
    }
  };

  /** Counts the request, and refuses it where there were too many; true: it may be answered. */
  const admit = (request: IncomingMessage, response: ServerResponse): boolean => {
    const { allowed, remaining, waitMs } = countRequest(request.socket.remoteAddress ?? '');
    const seconds = Math.ceil(waitMs / 1_000);
    response.setHeader('x-ratelimit-limit', requestsPerMinute);
    response.setHeader('x-ratelimit-remaining', remaining);
    response.setHeader('x-ratelimit-reset', seconds);
    if (allowed) return true;
    response.writeHead(429, {
      ...plain,
      'content-type': 'application/problem+json; charset=utf-8',
      'retry-after': String(seconds),
    });
    const [title, detail] = ['Too Many Requests', tooManyRequests(requestsPerMinute)];
    response.end(JSON.stringify({ type: 'about:blank', title, status: 429, instance: request.url, detail }));
    return false;
  };

  const json = (response: ServerResponse, status: number, body: object): void => {
    response.writeHead(status, { ...plain, 'content-type': 'application/json; charset=utf-8' });
    response.end(JSON.stringify(body));
  };
  /** False: it is not for this server. */
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<boolean> => {
    // Monitoring does not wait while the rest is being loaded.
    if (isLoaded || request.method !== 'GET') return false;
    switch (request.url) {
      case '/healthz':
        json(response, 200, { status: 'ok', version });
        return true;
      case '/readyz': {
        const checks = readiness();
        const ready = checks.every(({ ok }) => ok);
        json(response, ready ? 200 : 503, { ready, checks });
        return true;
      }
      case '/metrics': {
        // Whether anybody has to sign in by now is known to the whole server only.
        if (!areMetricsOpen || (local && !isOwnHost(request.headers.host))) return false;
        // Whom a proxy asks for the whole server knows, and counts.
        if (request.headers['x-forwarded-for'] !== undefined || request.headers.forwarded !== undefined)
          return false;
        if (!admit(request, response)) return true;
        const { contentType, pieces } = metrics.answer(request.headers.accept);
        response.writeHead(200, { ...plain, 'content-type': contentType });
        await pipeline(pieces, response);
        return true;
      }
      case undefined:
      default:
        return false;
    }
  };
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const startedAt = performance.now();
    if (!(await answer(request, response))) {
      whole ??= load();
      (await whole).routing(request, response);
      return;
    }
    const { method, url } = request;
    const ms = Math.round(performance.now() - startedAt);
    log.debug({ method, url, status: response.statusCode, ms }, 'request');
  };
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    serve(request, response).catch((error: unknown) => {
      log.error({ err: error }, 'a request could not be answered');
      response.destroy();
    });
  };
  // An import statement would evaluate every export of `node:http`, among them the WebSocket client, which loads all of
  // undici: 2 MiB and 50 ms that this server has no use for.
  const server: Server =
    tls === undefined
      ? process.getBuiltinModule('node:http').createServer({ requestTimeout: 30_000 }, listener)
      : process
          .getBuiltinModule('node:https')
          .createServer({ ...tls, minVersion: 'TLSv1.2', requestTimeout: 30_000 }, listener);

  return {
    listen: ({ host, port }) =>
      new Promise((resolve, reject) => {
        local = isLoopback(host);
        server.once('error', reject);
        server.listen({ host, port }, () => {
          server.off('error', reject);
          const { address, family, port: given } = server.address() as AddressInfo;
          const name = family === 'IPv6' ? `[${address}]` : address;
          resolve(`${tls === undefined ? 'http' : 'https'}://${name}:${given}`);
        });
      }),
    close: async () => {
      const closed = new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
      });
      // A keep-alive connection must not hold up the daemon's end.
      server.closeIdleConnections();
      await closed;
      await (await whole?.catch(() => null))?.close();
    },
  };
}

/** As the whole server sends them with what is for programs. */
const plain = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;
