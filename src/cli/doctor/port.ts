import { createServer } from 'node:net';
import type { HttpConfig } from '../../config/config.js';
import { check, messageOf, type Check } from './check.js';

/** Listens for a moment as the daemon would; who is there already is asked whether it is a pop-sla. */
export async function checkPort({ host, port }: Pick<HttpConfig, 'host' | 'port'>): Promise<Check> {
  const name = 'port';
  const place = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const error = await tryToListen(host, port);
  if (error === null) return check(name, 'ok', port === 0 ? 'any free one' : `${place} is free`);
  switch (error.code) {
    case 'EADDRINUSE':
      return (await isPopSla(host, port))
        ? check(name, 'ok', `${place} is held by a pop-sla that runs`)
        : check(
            name,
            'fail',
            `${place} is held by another program`,
            `see who: ss -ltnp 'sport = :${port}'; or set http.listen to a free port`,
          );
    case 'EACCES':
      return check(
        name,
        'fail',
        `this user may not listen on ${place}`,
        'set http.listen to a port from 1024 on',
      );
    case 'EADDRNOTAVAIL':
      return check(
        name,
        'fail',
        `this machine has no address ${host}`,
        'set http.listen to one that `ip address` shows',
      );
    case undefined:
    default:
      return check(name, 'fail', `${place}: ${messageOf(error)}`, 'set http.listen to another place');
  }
}

function tryToListen(host: string, port: number): Promise<NodeJS.ErrnoException | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', resolve);
    server.listen({ host, port }, () => {
      server.close(() => {
        resolve(null);
      });
    });
  });
}

async function isPopSla(host: string, port: number): Promise<boolean> {
  // Who listens on every address is asked on the loopback one.
  const asked =
    host === '0.0.0.0' ? '127.0.0.1' : host.includes(':') ? `[${host === '::' ? '::1' : host}]` : host;
  try {
    const response = await fetch(`http://${asked}:${port}/metrics`, { signal: AbortSignal.timeout(3_000) });
    return (await response.text()).includes('\npop_sla_build_info{');
  } catch {
    return false;
  }
}
