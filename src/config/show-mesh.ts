import type { MeshConfig, MeshLogin } from './mesh-config.js';
import { formatDuration } from './scalars/duration.js';

/** As it stands in a file. */
export function plainMesh({ servers, login, tls, replicas, ...times }: MeshConfig): object {
  return {
    servers,
    ...plainLogin(login),
    ...(tls === null
      ? {}
      : { tls: Object.fromEntries(Object.entries(tls).filter(([, file]) => file !== null)) }),
    replicas,
    keep: formatDuration(times.keepMs),
    heartbeat: formatDuration(times.heartbeatMs),
    clockLimit: formatDuration(times.clockLimitMs),
  };
}

function plainLogin(login: MeshLogin): object {
  switch (login.kind) {
    case 'none':
      return {};
    case 'password':
      return { user: login.user, passwordFile: login.passwordFile };
    case 'nkey':
      return { nkeySeedFile: login.seedFile };
    case 'creds':
      return { credsFile: login.file };
  }
}
