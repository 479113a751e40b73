import type { Config } from '../config/config.js';
import type { WebServer } from '../http/on-demand.js';
import { ListenFault } from './faults.js';

/** Where HTTP listens from now on; rejects with `ListenFault`. */
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
    throw new ListenFault(`http.listen ${host}:${port}: ${why}; allowed: a free port, or 0 for any`, {
      cause: error,
    });
  }
}
