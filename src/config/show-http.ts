import type { HttpConfig } from './http.js';
import { formatDuration } from './scalars/duration.js';
import { formatListen } from './scalars/listen.js';
import { formatNetwork } from './scalars/network.js';

/** As it stands in a file. */
export function plainHttp({ host, port, tls, publicUrl, trustedProxies, auth, ...rest }: HttpConfig): object {
  const { open, metrics, sessionMs, idleMs, oidc } = auth;
  return {
    listen: formatListen({ host, port }),
    ...(tls && { tls }),
    ...(publicUrl !== null && { publicUrl }),
    trustedProxies: trustedProxies.map(formatNetwork),
    ...rest,
    auth: {
      ...{ open, metrics, session: formatDuration(sessionMs), idle: formatDuration(idleMs) },
      ...(oidc && { oidc: known(oidc) }),
    },
  };
}

const known = (data: object): object =>
  Object.fromEntries(Object.entries(data).filter(([, value]) => value !== null));
