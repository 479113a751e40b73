import type { Config } from '../config/config.js';
import type { HttpOptions } from '../http/http.js';
import type { WebServer } from '../http/on-demand.js';
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

/** Of an agent it is mostly monitoring that asks: the API and the pages are loaded when somebody else does. */
export async function webServer({ role, http }: Config, options: HttpOptions): Promise<WebServer> {
  const whole = async () => {
    const [{ buildHttp }, { createPortal }] = await Promise.all([
      import('../http/http.js'),
      import('../portal/portal.js'),
    ]);
    return buildHttp({ ...options, pages: createPortal(options) });
  };
  if (role !== 'agent') return whole();
  const { createOnDemandHttp } = await import('../http/on-demand.js');
  return createOnDemandHttp({
    ...options,
    areMetricsOpen: http.auth.metrics === 'open',
    requestsPerMinute: http.requestsPerMinute,
    whole,
  });
}
