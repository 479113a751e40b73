import type { Config } from '../config/config.js';
import type { HttpOptions } from '../http/http.js';
import type { WebServer } from '../http/on-demand.js';
import type { ContractServices } from './contract-services.js';
import { ListenError } from './round-log.js';

/** Where HTTP listens from now on; rejects with `ListenError`. */
export async function listen(http: Pick<WebServer, 'listen'>, config: Config): Promise<string> {
  const { host, port } = config.http;
  try {
    return await http.listen({ host, port });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why =
      code === 'EADDRINUSE'
        ? 'another program listens there (is pop-sla running already?)'
        : code === 'EACCES'
          ? 'this user may not listen on that port'
          : code === 'EADDRNOTAVAIL'
            ? 'this machine has no such address'
            : String(error);
    throw new ListenError(`http.listen ${host}:${port}: ${why}; allowed: a free port, or 0 for any`, {
      cause: error,
    });
  }
}

interface WebServerOptions extends Omit<HttpOptions, keyof ContractServices['http'] | 'pages'> {
  /** Loads what the API and the pages offer beside measurements. */
  readonly contractServices: () => Promise<ContractServices['http']>;
}

/**
 * People work at a hub, so it loads the API and the pages at its start. At an agent and a standalone daemon it is mostly
 * monitoring that asks: they load the rest with the first other request.
 */
export async function webServer({ role, http }: Config, options: WebServerOptions): Promise<WebServer> {
  const { contractServices, ...basic } = options;
  const whole = async () => {
    const [{ buildHttp }, { createPortal }, services] = await Promise.all([
      import('../http/http.js'),
      import('../portal/portal.js'),
      contractServices(),
    ]);
    const complete: HttpOptions = { ...basic, ...services };
    return buildHttp({ ...complete, pages: createPortal(complete) });
  };
  if (role === 'hub') return whole();
  const { createOnDemandHttp } = await import('../http/on-demand.js');
  return createOnDemandHttp({
    ...options,
    areMetricsOpen: http.auth.metrics === 'open',
    requestsPerMinute: http.requestsPerMinute,
    whole,
  });
}
